import { existsSync } from 'node:fs';
import type { DataDirectory } from '@rapport/data-directory';
import {
  type CrossSellReply,
  conditionNow,
  crossSellReply,
  type DecidingCondition,
  decidingOf,
  type Evaluation,
  ownedProducts,
  type Touchpoint,
} from '@rapport/domain';
import { openSqliteCrossSellStore } from '@rapport/read-model';

/** The conditions of `crossSell.when` that fail; undefined where candidates may be offered. */
export const withheldBy = ({ fold, asOf }: Evaluation): readonly DecidingCondition[] | undefined => {
  const when = fold.program.ruleset.crossSell?.when;
  if (when === undefined) return undefined;
  const now = conditionNow(fold, when, asOf);
  return now.holds ? undefined : decidingOf(now).filter(({ holds }) => !holds);
};

/**
 * The candidates of one customer as of the evaluation's instant. `reason` of a reply that withholds them names the
 * conditions; undefined where the store has no cross-sell projection yet.
 */
export const candidatesFor = async (
  files: DataDirectory,
  evaluation: Evaluation,
  touchpoints: readonly Touchpoint[],
  reason: (conditions: readonly DecidingCondition[]) => string,
  limit: number,
): Promise<CrossSellReply | undefined> => {
  if (!existsSync(files.crossSell)) return undefined;
  const { asOf, fold } = evaluation;
  const rule = fold.program.ruleset.crossSell;
  const withheld = withheldBy(evaluation);
  if (withheld !== undefined) return { kind: 'withheld', reason: reason(withheld) };
  const store = openSqliteCrossSellStore(files.crossSell, { mode: 'read' });
  try {
    const options = { asOf, limit, exclude: rule?.exclude, onSale: rule?.onSale };
    return crossSellReply(await store.load(), ownedProducts(touchpoints, asOf), options);
  } finally {
    await store.close();
  }
};
