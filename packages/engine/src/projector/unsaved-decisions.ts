import { type EventLog, type Position, subjectOf } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import { DECISION_TYPES, decisionOf, type RecordedDecision } from '../decisions';

/**
 * Decisions that are in the log but not in the read model, by customer, oldest first: a kill came between recording
 * and saving. Empty after an orderly end.
 *
 * @param asOf the present of the checkpoint
 */
export const unsavedDecisions = async (
  log: EventLog,
  readModel: ReadModel,
  checkpoint: Position | undefined,
  asOf: number,
): Promise<ReadonlyMap<string, readonly RecordedDecision[]>> => {
  const unsaved = new Map<string, RecordedDecision[]>();
  for await (const page of log.readAll({ after: checkpoint, types: DECISION_TYPES, category: 'relationship' })) {
    const decisions = page.flatMap((event) => decisionOf(event, subjectOf(event.stream)) ?? []);
    const stored = await readModel.load(decisions.map(({ customer }) => customer));
    for (const [i, decision] of decisions.entries()) {
      const sequence = stored[i]?.decided.sequence ?? 0;
      if (checkpoint !== undefined && isSaved(decision, { checkpoint, asOf, sequence })) continue;
      const known = unsaved.get(decision.customer);
      if (known === undefined) unsaved.set(decision.customer, [decision]);
      else known.push(decision);
    }
  }
  return unsaved;
};

/**
 * A decision of a fold that had seen less than the checkpoint was saved with it, or before. The number alone is not
 * enough: a customer who was merged since is not stored, and where that merge came due, the present moved on.
 */
const isSaved = (
  { foldedUpTo, sequence, mergesAsOf }: RecordedDecision,
  saved: { readonly checkpoint: Position; readonly asOf: number; readonly sequence: number },
): boolean =>
  foldedUpTo < saved.checkpoint ||
  (foldedUpTo === saved.checkpoint &&
    (sequence <= saved.sequence || (mergesAsOf !== undefined && mergesAsOf < saved.asOf)));
