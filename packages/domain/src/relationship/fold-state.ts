import type { Json } from '../json';
import type { Fold } from './fold';

/**
 * The state of a fold as text, to be continued later, by this process or another, under the same ruleset. Ids are
 * not repeated in it: a state means something only together with the ruleset that made it, so store that ruleset's
 * hash beside it.
 */
export const saveFold = (fold: Fold): string =>
  JSON.stringify([
    fold.stage,
    fold.since,
    fold.instant,
    fold.touchpoints,
    fold.firstTouchpointAt,
    fold.lastTouchpointAt,
    fold.factors.map((factor) => factor.save()),
    fold.metrics.map((metric) => metric.save()),
    fold.cases.save(),
    fold.promises.save(),
    [...fold.consents],
    fold.applied,
    Array.from(fold.raisedSince),
  ]);

type Saved = readonly [
  stage: number,
  since: number,
  instant: number,
  touchpoints: number,
  firstTouchpointAt: number,
  lastTouchpointAt: number,
  factors: readonly Json[],
  metrics: readonly Json[],
  cases: Json,
  promises: Json,
  consents: readonly string[],
  applied: readonly (readonly number[])[],
  raisedSince: readonly (number | null)[],
];

/** Brings a fold to a state saved under the same ruleset; what it stood at before is gone. */
export const restoreFold = (fold: Fold, text: string): void => {
  const saved = JSON.parse(text) as Saved;
  fold.reset();
  if (saved[0] < 0) return;
  [fold.stage, fold.since, fold.instant, fold.touchpoints, fold.firstTouchpointAt, fold.lastTouchpointAt] = saved;
  const [, , , , , , factors, metrics, cases, promises, consents, applied, raisedSince] = saved;
  // By index: this runs once for every customer a page touches.
  for (let i = 0; i < factors.length; i++) fold.factors[i].restore(factors[i]);
  for (let i = 0; i < metrics.length; i++) fold.metrics[i].restore(metrics[i]);
  fold.cases.restore(cases);
  fold.promises.restore(promises);
  for (const purpose of consents) fold.consents.add(purpose);
  for (let rule = 0; rule < applied.length; rule++) for (const time of applied[rule]) fold.applied[rule].push(time);
  for (let i = 0; i < raisedSince.length; i++) fold.raisedSince[i] = raisedSince[i] ?? Number.NaN;
  fold.resume();
};
