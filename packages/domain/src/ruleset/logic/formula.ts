import type { Comparisons, StateCondition } from '../condition';

export type Comparison = 'atLeast' | 'above' | 'atMost' | 'below';

/** Conditions in negation normal form: only literals are negated, and a literal is one comparison. */
export type Formula =
  | Literal
  | { readonly kind: 'all'; readonly of: readonly Formula[] }
  | { readonly kind: 'any'; readonly of: readonly Formula[] };

export type Literal =
  | NumberLiteral
  | { readonly kind: 'stage'; readonly ids: readonly string[]; readonly holds: boolean }
  | { readonly kind: 'consent'; readonly purpose: string; readonly holds: boolean };

export interface NumberLiteral {
  readonly kind: 'number';
  /** `metric.<id>`, `factor.<id>` or `confidence.<id>`. */
  readonly subject: string;
  readonly comparison: Comparison;
  readonly threshold: number;
}

const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  atLeast: 'below',
  below: 'atLeast',
  above: 'atMost',
  atMost: 'above',
};

const COMPARISONS = Object.keys(OPPOSITE) as readonly Comparison[];

/** The single comparisons of a condition that may hold several. */
export const comparisonsOf = (condition: Comparisons): readonly (readonly [Comparison, number])[] =>
  COMPARISONS.flatMap((comparison) => {
    const threshold = condition[comparison];
    return threshold === undefined ? [] : [[comparison, threshold] as const];
  });

const compared = (subject: string, condition: Comparisons, holds: boolean): Formula => {
  const literals = comparisonsOf(condition).map(
    ([comparison, threshold]): Formula => ({
      kind: 'number',
      subject,
      comparison: holds ? comparison : OPPOSITE[comparison],
      threshold,
    }),
  );
  return literals.length === 1 ? literals[0] : { kind: holds ? 'all' : 'any', of: literals };
};

/** Negation normal form of a condition, or of its negation when `holds` is false. */
export const formulaOf = (condition: StateCondition, holds = true): Formula => {
  if ('all' in condition)
    return { kind: holds ? 'all' : 'any', of: condition.all.map((inner) => formulaOf(inner, holds)) };
  if ('any' in condition)
    return { kind: holds ? 'any' : 'all', of: condition.any.map((inner) => formulaOf(inner, holds)) };
  if ('not' in condition) return formulaOf(condition.not, !holds);
  if ('metric' in condition) return compared(`metric.${condition.metric}`, condition, holds);
  if ('factor' in condition) return compared(`factor.${condition.factor}`, condition, holds);
  if ('confidence' in condition) return compared(`confidence.${condition.confidence}`, condition, holds);
  if ('stage' in condition) {
    const ids = typeof condition.stage === 'string' ? [condition.stage] : condition.stage;
    return { kind: 'stage', ids, holds };
  }
  return { kind: 'consent', purpose: condition.consent, holds };
};

/** The formula with every stage literal replaced by what it is while the stage is `id`. */
export const whileStageIs = (formula: Formula, id: string): Formula => {
  if (formula.kind === 'stage') return { kind: formula.ids.includes(id) === formula.holds ? 'all' : 'any', of: [] };
  if (formula.kind === 'all' || formula.kind === 'any')
    return { kind: formula.kind, of: formula.of.map((inner) => whileStageIs(inner, id)) };
  return formula;
};
