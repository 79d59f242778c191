import { type Comparison, comparisonsOf, OPPOSITE } from '../comparison';
import type { Comparisons, StateCondition } from '../condition';
import { foldCondition, matchStateLeaf } from '../fold-condition';

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

const compared = (subject: string, condition: Comparisons, holds: boolean): Formula => {
  const literals = comparisonsOf(condition).map(
    ([comparison, threshold]): Formula => ({
      kind: 'number',
      subject,
      comparison: holds ? comparison : OPPOSITE[comparison],
      threshold,
    }),
  );
  const [only, ...others] = literals;
  return only !== undefined && others.length === 0 ? only : { kind: holds ? 'all' : 'any', of: literals };
};

/** Negation normal form of a condition, or of its negation when `holds` is false. */
export const formulaOf = (condition: StateCondition, holds = true): Formula =>
  foldCondition<StateCondition, (holds: boolean) => Formula>(condition, {
    all: (parts) => (wanted) => ({ kind: wanted ? 'all' : 'any', of: parts.map((part) => part(wanted)) }),
    any: (parts) => (wanted) => ({ kind: wanted ? 'any' : 'all', of: parts.map((part) => part(wanted)) }),
    not: (part) => (wanted) => part(!wanted),
    leaf: (leaf) => (wanted) =>
      matchStateLeaf<Formula>(leaf, {
        number: (subject, id, comparisons) => compared(`${subject}.${id}`, comparisons, wanted),
        stage: (ids) => ({ kind: 'stage', ids, holds: wanted }),
        consent: (purpose) => ({ kind: 'consent', purpose, holds: wanted }),
      }),
  })(holds);

/** The formula with every stage literal replaced by what it is while the stage is `id`. */
export const whileStageIs = (formula: Formula, id: string): Formula => {
  if (formula.kind === 'stage') return { kind: formula.ids.includes(id) === formula.holds ? 'all' : 'any', of: [] };
  if (formula.kind === 'all' || formula.kind === 'any')
    return { kind: formula.kind, of: formula.of.map((inner) => whileStageIs(inner, id)) };
  return formula;
};
