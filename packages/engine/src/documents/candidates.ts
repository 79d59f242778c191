import {
  type CrossSell,
  type CrossSellReply,
  conditionNow,
  conditionsText,
  crossSellReply,
  type DecidingCondition,
  decidingOf,
  type Evaluation,
  type Language,
  ownedProducts,
  type Touchpoint,
} from '@rapport/domain';

/** The conditions of `crossSell.when` that fail; undefined where candidates may be offered. */
export const withheldBy = ({ fold, asOf }: Evaluation): readonly DecidingCondition[] | undefined => {
  const when = fold.program.ruleset.crossSell?.when;
  if (when === undefined) return undefined;
  const now = conditionNow(fold, when, asOf);
  return now.holds ? undefined : decidingOf(now);
};

export interface CandidatesOptions {
  readonly limit: number;
  /** Of the reason why candidates are withheld. */
  readonly language: Language;
}

/**
 * The candidates of one customer as of the evaluation's instant, or which conditions withhold them. Undefined where
 * there is no cross-sell projection to answer from.
 *
 * @param crossSell asked for only where candidates may be offered
 * @param touchpoints of the customer; those after the evaluation's instant are left out
 */
export const candidatesFor = async (
  crossSell: () => Promise<Pick<CrossSell, 'candidates'> | undefined>,
  evaluation: Evaluation,
  touchpoints: readonly Touchpoint[],
  { limit, language }: CandidatesOptions,
): Promise<CrossSellReply | undefined> => {
  const { asOf, fold } = evaluation;
  const { ruleset } = fold.program;
  const failing = withheldBy(evaluation);
  if (failing !== undefined) return { kind: 'withheld', reason: conditionsText(ruleset, failing, language) };
  const known = await crossSell();
  if (known === undefined) return undefined;
  const { exclude, onSale } = ruleset.crossSell ?? {};
  return crossSellReply(known, ownedProducts(touchpoints, asOf), { asOf, limit, exclude, onSale });
};
