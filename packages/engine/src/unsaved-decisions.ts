import type { EventLog, Position } from '@rapport/event-log';
import { subjectOf } from '@rapport/event-log';
import { decisionOf, type RecordedDecision } from './decision';

/**
 * Decisions recorded after the read model's checkpoint, by customer. A kill between recording and saving leaves such;
 * whether the read model knows them after all is told by their sequence.
 */
export const decisionsAfter = async (
  log: EventLog,
  checkpoint: Position | undefined,
): Promise<Map<string, RecordedDecision[]>> => {
  const found = new Map<string, RecordedDecision[]>();
  for await (const page of log.readAll({ after: checkpoint, category: 'relationship' }))
    for (const event of page) {
      const customer = subjectOf(event.stream);
      const decision = decisionOf(event, customer);
      if (decision === undefined) continue;
      const known = found.get(customer);
      if (known === undefined) found.set(customer, [decision]);
      else known.push(decision);
    }
  return found;
};
