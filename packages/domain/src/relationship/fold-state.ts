import { StateReader, StateWriter } from '../state-bytes';
import type { Fold } from './fold';

/**
 * The state of a fold as bytes, to be continued later, by this process or another, under the same ruleset. Ids are
 * not repeated in it: a state means something only together with the ruleset that made it, so store that ruleset's
 * hash beside it.
 *
 * A change of what is written, or of what it means, raises {@link MODEL_VERSION}, which stands beside states in the read
 * model. States of an older version are then computed again instead of misread.
 */
export const saveFold = (fold: Fold): Uint8Array => {
  const out = new StateWriter();
  fold.save(out);
  return out.bytes();
};

/**
 * Brings a fold to a state saved under the same ruleset. The state before is lost.
 *
 * @throws RangeError or SyntaxError for bytes that are not such a state
 */
export const restoreFold = (fold: Fold, state: Uint8Array): void => fold.restore(new StateReader(state));
