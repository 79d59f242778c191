import { type EventLog, type Position, subjectOf } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import { DECISION_TYPES, decisionOf, type RecordedDecision } from '../decision';

/**
 * Decisions that are in the log but not in the read model, by customer, oldest first: a kill came between recording
 * and saving. Empty after an orderly end.
 */
export const unsavedDecisions = async (
  log: EventLog,
  readModel: ReadModel,
  checkpoint: Position | undefined,
): Promise<ReadonlyMap<string, readonly RecordedDecision[]>> => {
  const unsaved = new Map<string, RecordedDecision[]>();
  for await (const page of log.readAll({ after: checkpoint, types: DECISION_TYPES, category: 'relationship' })) {
    const decisions = page.flatMap((event) => decisionOf(event, subjectOf(event.stream)) ?? []);
    const stored = await readModel.load(decisions.map(({ customer }) => customer));
    for (const [i, decision] of decisions.entries()) {
      if (checkpoint !== undefined && isSaved(decision, checkpoint, stored[i]?.decided.sequence ?? 0)) continue;
      const known = unsaved.get(decision.customer);
      if (known === undefined) unsaved.set(decision.customer, [decision]);
      else known.push(decision);
    }
  }
  return unsaved;
};

/**
 * What a fold decided that had seen less than the checkpoint was saved with it, or before. The number alone does not
 * tell: of a customer who was merged since, nothing is stored.
 */
const isSaved = ({ foldedUpTo, sequence }: RecordedDecision, checkpoint: Position, stored: number): boolean =>
  foldedUpTo < checkpoint || (foldedUpTo === checkpoint && sequence <= stored);
