import { StateReader, StateWriter } from '../state-bytes';
import type { Fold } from './fold';

/**
 * The state of a fold as bytes, to be continued later, by this process or another, under the same ruleset. Ids are
 * not repeated in it: a state means something only together with the ruleset that made it, so store that ruleset's
 * hash beside it.
 *
 * Whoever changes what is written here, or what it means, raises {@link MODEL_VERSION}, which stands beside states in the
 * read model: states of before are then made anew rather than misread.
 */
export const saveFold = (fold: Fold): Uint8Array => {
  const out = new StateWriter();
  out.number(fold.stage);
  if (fold.stage < 0) return out.bytes();
  out.number(fold.since);
  out.number(fold.instant);
  out.number(fold.touchpoints);
  out.number(fold.firstTouchpointAt);
  out.number(fold.lastTouchpointAt);
  for (const factor of fold.factors) factor.save(out);
  for (const metric of fold.metrics) metric.save(out);
  fold.cases.save(out);
  fold.promises.save(out);
  out.number(fold.consents.size);
  for (const purpose of fold.consents) out.other(purpose);
  // Of the many rules that have a limit few have applied.
  let limited = 0;
  for (const times of fold.applied) if (times.length > 0) limited++;
  out.number(limited);
  for (let rule = 0; rule < fold.applied.length; rule++) {
    if (fold.applied[rule].length === 0) continue;
    out.number(rule);
    out.numbers(fold.applied[rule]);
  }
  for (let i = 0; i < fold.raisedSince.length; i++) out.number(fold.raisedSince[i]);
  return out.bytes();
};

/**
 * Brings a fold to a state saved under the same ruleset; what it stood at before is gone.
 *
 * @throws RangeError or SyntaxError for bytes that are no such state
 */
export const restoreFold = (fold: Fold, state: Uint8Array): void => {
  const saved = new StateReader(state);
  fold.reset();
  fold.stage = saved.number();
  if (fold.stage < 0) return;
  fold.since = saved.number();
  fold.instant = saved.number();
  fold.touchpoints = saved.number();
  fold.firstTouchpointAt = saved.number();
  fold.lastTouchpointAt = saved.number();
  for (const factor of fold.factors) factor.restore(saved);
  for (const metric of fold.metrics) metric.restore(saved);
  fold.cases.restore(saved);
  fold.promises.restore(saved);
  for (let left = saved.number(); left > 0; left--) fold.consents.add(saved.other() as string);
  for (let left = saved.number(); left > 0; left--) saved.numbers(fold.applied[saved.number()]);
  for (let i = 0; i < fold.raisedSince.length; i++) fold.raisedSince[i] = saved.number();
  fold.resume();
};
