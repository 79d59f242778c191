import type { Json } from '../json';
import type { Fold } from './fold';

/**
 * The state of a fold, to be continued later by this process. Ids are not repeated in it: a state means something only
 * together with the ruleset that made it. Shares nothing with the fold.
 */
export type FoldMemento = readonly [
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

export const rememberFold = (fold: Fold): FoldMemento => [
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
  fold.applied.map((times) => times.slice()),
  Array.from(fold.raisedSince),
];

/** Brings a fold to a state remembered under the same ruleset; what it stood at before is gone. */
export const recallFold = (fold: Fold, memento: FoldMemento): void => {
  fold.reset();
  if (memento[0] < 0) return;
  [fold.stage, fold.since, fold.instant, fold.touchpoints, fold.firstTouchpointAt, fold.lastTouchpointAt] = memento;
  const [, , , , , , factors, metrics, cases, promises, consents, applied, raisedSince] = memento;
  for (let i = 0; i < factors.length; i++) fold.factors[i].restore(factors[i]);
  for (let i = 0; i < metrics.length; i++) fold.metrics[i].restore(metrics[i]);
  fold.cases.restore(cases);
  fold.promises.restore(promises);
  for (const purpose of consents) fold.consents.add(purpose);
  for (let rule = 0; rule < applied.length; rule++) fold.applied[rule].push(...applied[rule]);
  raisedSince.forEach((since, signal) => {
    fold.raisedSince[signal] = since ?? Number.NaN;
  });
  fold.resume();
};

/** The same as text, to be continued later by any process; store the ruleset's hash beside it. */
export const saveFold = (fold: Fold): string => JSON.stringify(rememberFold(fold));

/** Brings a fold to a state saved under the same ruleset; what it stood at before is gone. */
export const restoreFold = (fold: Fold, text: string): void => recallFold(fold, JSON.parse(text) as FoldMemento);
