import { type Comparison, comparisonsOf } from '../ruleset/comparison';
import type { Comparisons, StateCondition } from '../ruleset/condition';
import { foldCondition, matchStateLeaf } from '../ruleset/fold-condition';

/** One comparison of one number: what flips at most once between touchpoints. */
export interface Atom {
  readonly subject: 'metric' | 'factor' | 'confidence';
  readonly id: string;
  readonly comparison: Comparison;
  readonly threshold: number;
}

/** The state a compiled condition looks at, standing at one instant. */
export interface StateContext {
  /** {@link Remaining} of one atom. */
  atomRemaining(atom: number): Remaining;
  readonly stageId: string | null;
  hasConsent(purpose: string): boolean;
}

/**
 * How long a condition stays as it is while nothing but time happens, in milliseconds, and by its sign what it is:
 * above 0 it holds, below 0 it fails, for at least that long. Never 0; infinite for good.
 *
 * So ordered, `all` is the least of its parts (the part that fails longest, else the one that holds shortest), `any`
 * the greatest, and `not` the opposite.
 */
export type Remaining = number;

export type StateTest = (context: StateContext) => Remaining;

/** All atoms of a ruleset, each once. */
export class AtomTable {
  readonly atoms: Atom[] = [];
  private readonly indexes = new Map<string, number>();

  indexOf(atom: Atom): number {
    const key = `${atom.subject} ${atom.id} ${atom.comparison} ${atom.threshold}`;
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    this.indexes.set(key, this.atoms.length);
    this.atoms.push(atom);
    return this.atoms.length - 1;
  }
}

/** The atoms that one condition on a number stands for. */
export const atomsOf = (subject: Atom['subject'], id: string, comparisons: Comparisons): readonly Atom[] =>
  comparisonsOf(comparisons).map(([comparison, threshold]) => ({ subject, id, comparison, threshold }));

/** Whether a comparison holds of what lies below (side < 0), at or above the threshold. */
export const holdsOn = (side: number, comparison: Atom['comparison']): boolean => {
  switch (comparison) {
    case 'atLeast':
      return side >= 0;
    case 'above':
      return side > 0;
    case 'atMost':
      return side <= 0;
    case 'below':
      return side < 0;
  }
};

const forGood = (holds: boolean): Remaining => (holds ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);

export const ALWAYS: StateTest = () => Number.POSITIVE_INFINITY;

export const negated =
  (test: StateTest): StateTest =>
  (context) =>
    -test(context);

const least =
  (tests: readonly StateTest[]): StateTest =>
  (context) => {
    let remaining = Number.POSITIVE_INFINITY;
    for (let i = 0; i < tests.length && remaining !== Number.NEGATIVE_INFINITY; i++) {
      const one = tests[i]!(context);
      if (one < remaining) remaining = one;
    }
    return remaining;
  };

const greatest =
  (tests: readonly StateTest[]): StateTest =>
  (context) => {
    let remaining = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < tests.length && remaining !== Number.POSITIVE_INFINITY; i++) {
      const one = tests[i]!(context);
      if (one > remaining) remaining = one;
    }
    return remaining;
  };

const all = (tests: readonly StateTest[]): StateTest => (tests.length === 1 ? tests[0]! : least(tests));
const any = (tests: readonly StateTest[]): StateTest => (tests.length === 1 ? tests[0]! : greatest(tests));

/** Compiles a condition on the state; its atoms join `table`, their indexes `used`. */
export const compileStateCondition = (condition: StateCondition, table: AtomTable, used: Set<number>): StateTest =>
  foldCondition<StateCondition, StateTest>(condition, {
    all,
    any,
    not: negated,
    leaf: (leaf) =>
      matchStateLeaf<StateTest>(leaf, {
        number: (subject, id, comparisons) =>
          all(
            atomsOf(subject, id, comparisons).map((atom) => {
              const index = table.indexOf(atom);
              used.add(index);
              return (context) => context.atomRemaining(index);
            }),
          ),
        stage:
          (ids) =>
          ({ stageId }) =>
            forGood(stageId !== null && ids.includes(stageId)),
        consent: (purpose) => (context) => forGood(context.hasConsent(purpose)),
      }),
  });
