import type { Comparisons, StateCondition } from '../ruleset/ruleset';

/** One comparison of one number: what flips at most once between touchpoints. */
export interface Atom {
  readonly subject: 'metric' | 'factor' | 'confidence';
  readonly id: string;
  readonly comparison: 'atLeast' | 'above' | 'atMost' | 'below';
  readonly threshold: number;
}

/** The state a compiled condition looks at, standing at one instant. */
export interface StateContext {
  atomHolds(atom: number): boolean;
  /** When the atom may flip next: never after the true instant, and exact where the context has solved for it. */
  atomUntil(atom: number): number;
  readonly stageId: string | null;
  hasConsent(purpose: string): boolean;
}

export interface StateTest {
  holds(context: StateContext): boolean;
  /**
   * Before this instant, time alone does not change whether it holds. One failing part is enough to keep an `all`
   * from holding, and one holding part to keep an `any`: what the others do meanwhile need not be looked at.
   */
  until(context: StateContext): number;
}

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

const COMPARISONS = ['atLeast', 'above', 'atMost', 'below'] as const;

/** The atoms that one condition on a number stands for. */
export const atomsOf = (
  condition: Comparisons &
    ({ readonly metric: string } | { readonly factor: string } | { readonly confidence: string }),
): readonly Atom[] => {
  const [subject, id] =
    'metric' in condition
      ? (['metric', condition.metric] as const)
      : 'factor' in condition
        ? (['factor', condition.factor] as const)
        : (['confidence', condition.confidence] as const);
  return COMPARISONS.flatMap((comparison) => {
    const threshold = condition[comparison];
    return threshold === undefined ? [] : [{ subject, id, comparison, threshold }];
  });
};

export const atomHolds = (atom: Atom, value: number): boolean => {
  switch (atom.comparison) {
    case 'atLeast':
      return value >= atom.threshold;
    case 'above':
      return value > atom.threshold;
    case 'atMost':
      return value <= atom.threshold;
    case 'below':
      return value < atom.threshold;
  }
};

const NEVER = Number.POSITIVE_INFINITY;

/** Neither time nor a touchpoint changes it without the fold looking anyway. */
const untimed = (holds: (context: StateContext) => boolean): StateTest => ({ holds, until: () => NEVER });

export const ALWAYS: StateTest = untimed(() => true);

export const negated = (test: StateTest): StateTest => ({
  holds: (context) => !test.holds(context),
  until: (context) => test.until(context),
});

/** `all` and `any` in one: a part equal to `decisive` (false for `all`, true for `any`) decides alone. */
const joined = (tests: readonly StateTest[], decisive: boolean): StateTest => {
  const decided = (context: StateContext): boolean => {
    for (let i = 0; i < tests.length; i++) if (tests[i].holds(context) === decisive) return true;
    return false;
  };
  return {
    holds: (context) => decided(context) === decisive,
    until: (context) => {
      let undecidedUntil = NEVER;
      let decidedUntil = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < tests.length; i++) {
        if (tests[i].holds(context) === decisive) decidedUntil = Math.max(decidedUntil, tests[i].until(context));
        else if (decidedUntil === Number.NEGATIVE_INFINITY)
          undecidedUntil = Math.min(undecidedUntil, tests[i].until(context));
        if (decidedUntil === NEVER) return NEVER;
      }
      return decidedUntil === Number.NEGATIVE_INFINITY ? undecidedUntil : decidedUntil;
    },
  };
};

const all = (tests: readonly StateTest[]): StateTest => (tests.length === 1 ? tests[0] : joined(tests, false));
const any = (tests: readonly StateTest[]): StateTest => (tests.length === 1 ? tests[0] : joined(tests, true));

/** Compiles a condition on the state; its atoms join `table`. */
export const compileStateCondition = (condition: StateCondition, table: AtomTable): StateTest => {
  if ('all' in condition) return all(condition.all.map((one) => compileStateCondition(one, table)));
  if ('any' in condition) return any(condition.any.map((one) => compileStateCondition(one, table)));
  if ('not' in condition) return negated(compileStateCondition(condition.not, table));
  if ('stage' in condition) {
    const stages: readonly string[] = typeof condition.stage === 'string' ? [condition.stage] : condition.stage;
    return untimed(({ stageId }) => stageId !== null && stages.includes(stageId));
  }
  if ('consent' in condition) {
    const { consent } = condition;
    return untimed((context) => context.hasConsent(consent));
  }
  return all(
    atomsOf(condition).map((atom) => {
      const index = table.indexOf(atom);
      return { holds: (context) => context.atomHolds(index), until: (context) => context.atomUntil(index) };
    }),
  );
};
