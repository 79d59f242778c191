import { type AppendRequest, type EventLog, relationshipStream } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';
import { type Decision, decisionEvent } from './decision';

/**
 * Appends decisions to the log. All decisions about one customer are one request, so all of them are recorded or none.
 *
 * @param decisions by customer, at least one for each
 * @returns the number of decisions that the log did not have yet
 */
export const recordDecisions = async (log: EventLog, decisions: readonly (readonly Decision[])[]): Promise<number> => {
  if (decisions.length === 0) return 0;
  const requests = decisions.map(
    (ofOne): AppendRequest => ({
      stream: relationshipStream(ofOne[0]!.customer),
      expected: 'any',
      events: ofOne.map(decisionEvent),
    }),
  );
  const results = await log.appendMany(requests);
  return results.reduce((recorded, result, i) => {
    if (isLeft(result))
      throw new Error(
        `The log refused a decision about ${decisions[i]![0]!.customer} (${result.left.kind}): is another projector at work on this log?`,
      );
    return recorded + result.right.recorded;
  }, 0);
};
