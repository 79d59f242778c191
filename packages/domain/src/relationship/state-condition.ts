import type { Comparisons, StateCondition } from '../ruleset/ruleset';

/** One comparison of one number: what flips at most once between touchpoints. */
export interface Atom {
  readonly subject: 'metric' | 'factor' | 'confidence';
  readonly id: string;
  readonly comparison: 'atLeast' | 'above' | 'atMost' | 'below';
  readonly threshold: number;
}

/** What a compiled condition looks at. */
export interface StateContext {
  /** 1 where the atom of that index holds. */
  readonly truth: Uint8Array;
  readonly stageId: string | null;
  hasConsent(purpose: string): boolean;
}

export type StateTest = (context: StateContext) => boolean;

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

/** Compiles a condition on the state; its atoms join `table`, their indexes `used`. */
export const compileStateCondition = (condition: StateCondition, table: AtomTable, used: Set<number>): StateTest => {
  if ('all' in condition) {
    const tests = condition.all.map((one) => compileStateCondition(one, table, used));
    return (context) => tests.every((test) => test(context));
  }
  if ('any' in condition) {
    const tests = condition.any.map((one) => compileStateCondition(one, table, used));
    return (context) => tests.some((test) => test(context));
  }
  if ('not' in condition) {
    const test = compileStateCondition(condition.not, table, used);
    return (context) => !test(context);
  }
  if ('stage' in condition) {
    const stages: readonly string[] = typeof condition.stage === 'string' ? [condition.stage] : condition.stage;
    return (context) => context.stageId !== null && stages.includes(context.stageId);
  }
  if ('consent' in condition) {
    const { consent } = condition;
    return (context) => context.hasConsent(consent);
  }
  const indexes = atomsOf(condition).map((atom) => table.indexOf(atom));
  for (const index of indexes) used.add(index);
  if (indexes.length === 1) {
    const [only] = indexes;
    return (context) => context.truth[only] === 1;
  }
  return (context) => indexes.every((index) => context.truth[index] === 1);
};
