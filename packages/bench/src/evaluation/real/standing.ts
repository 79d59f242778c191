import { evaluate, type Fold, type FoldedTouchpoint, type Program } from '@rapport/domain';
import { quintiles } from '../statistics/quintiles';
import { midranks, once, rankingOf } from '../statistics/ranking';
import type { Cut } from './cut';
import type { CustomerHistory } from './history';

/** The state of a customer as known at the cut, and their orders after it. */
export interface Standing {
  readonly customer: string;
  /** Index of the stage, by the ruleset. */
  readonly stage: number;
  /** Orders, each halving every 90 days. */
  readonly activity: number;
  readonly orders: number;
  /** Infinite where there was no order. */
  readonly daysSinceOrder: number;
  /** Sum of the totals of their orders; refunds are not subtracted. */
  readonly spent: number;
  /** Ordered in the time after the cut. */
  readonly bought: boolean;
}

const metric = (fold: Fold, id: string, at: number): number => {
  const index = fold.program.metricIds.indexOf(id);
  if (index < 0) throw new Error(`the ruleset ${fold.program.ruleset.ruleset} has no metric "${id}" to evaluate`);
  return fold.metrics[index]!.value(at);
};

export const ordersOf = (
  touchpoints: readonly FoldedTouchpoint[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly FoldedTouchpoint[] =>
  touchpoints.filter(({ type, occurredAt }) => type === 'order.completed' && from <= occurredAt && occurredAt <= to);

const total = ({ data }: FoldedTouchpoint): number => (typeof data.total === 'number' ? data.total : 0);

/** Every customer with a touchpoint at or before the cut, folded as of the cut: the fold sees nothing later. */
export const standingsAt = (
  program: Program,
  histories: readonly CustomerHistory[],
  { at, until }: Cut,
): readonly Standing[] =>
  histories.flatMap(({ customer, touchpoints }) => {
    const { fold } = evaluate(program, touchpoints, { asOf: at });
    if (fold.isEmpty) return [];
    return [
      {
        customer,
        stage: fold.stage,
        activity: metric(fold, 'activity', at),
        orders: metric(fold, 'orders', at),
        daysSinceOrder: metric(fold, 'sinceOrder', at),
        spent: ordersOf(touchpoints, { from: Number.NEGATIVE_INFINITY, to: at }).reduce(
          (sum, one) => sum + total(one),
          0,
        ),
        bought: ordersOf(touchpoints, { from: at + 1, to: until }).length > 0,
      },
    ];
  });

const rfm = (
  standings: readonly Standing[],
  parts: (values: readonly number[]) => readonly number[],
): readonly number[] => {
  const recency = parts(standings.map(({ daysSinceOrder }) => -daysSinceOrder));
  const frequency = parts(standings.map(({ orders }) => orders));
  const monetary = parts(standings.map(({ spent }) => spent));
  return standings.map((_, i) => recency[i]! + frequency[i]! + monetary[i]!);
};

/** Recency, frequency and monetary value, each in fifths from 1 to 5, summed: 3 to 15. */
export const rfmOf = (standings: readonly Standing[]): readonly number[] => rfm(standings, quintiles);

/** The same three as plain ranks, summed: finer than anyone uses it, and somewhat better. */
export const rfmRanksOf = (standings: readonly Standing[]): readonly number[] =>
  rfm(standings, (values) => midranks(rankingOf(values), once(values.length)));
