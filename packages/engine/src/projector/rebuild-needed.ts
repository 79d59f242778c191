import { MODEL_VERSION } from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import type { Checkpoint } from '@rapport/read-model';
import { isBeyond } from '../checkpoint';

/** The read model cannot be continued, only rebuilt. */
export class RebuildNeeded extends Error {
  constructor(readonly reason: string) {
    super(`${reason}; rebuild it from the log`);
    this.name = 'RebuildNeeded';
  }
}

/**
 * Checks that a read model can be continued by this program, under a ruleset and on a log.
 *
 * @param ruleset hash of the ruleset in force
 * @param head the end of the log; undefined for an empty one
 * @throws RebuildNeeded with the reason
 */
export const mustBeContinuable = (stored: Checkpoint, ruleset: string, head: Position | undefined): void => {
  if (stored.ruleset !== ruleset)
    throw new RebuildNeeded(
      `the read model was built with ruleset ${stored.ruleset.slice(0, 12)}, not with ${ruleset.slice(0, 12)}`,
    );
  if (stored.model !== MODEL_VERSION)
    throw new RebuildNeeded(
      `the read model was made by version ${stored.model} of the model, and this program computes version ${MODEL_VERSION}`,
    );
  if (stored.asOf === undefined)
    throw new RebuildNeeded('the read model was made by a version that did not keep back what lies ahead');
  if (isBeyond(stored.position, head))
    throw new RebuildNeeded('the read model has seen more than the log holds: an older log was put back beside it');
};
