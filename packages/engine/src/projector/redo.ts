import type { EventLog, RecordedEvent } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import { runsOf } from '../identity/runs';
import type { CustomerFolds } from './customer-folds';
import { RebuildNeeded } from './rebuild-needed';
import type { Saver } from './saver';
import { unsavedDecisions } from './unsaved-decisions';

/**
 * Does again what a kill kept from being saved.
 *
 * Decisions that were recorded but not saved came from one page, or from one review. Folding the same again from the
 * same state gives the same decisions, which the log knows already.
 *
 * @throws RebuildNeeded where they came from more than that: the read model is older than the decisions
 */
export const redoUnsaved = async (
  log: EventLog,
  readModel: ReadModel,
  folds: CustomerFolds,
  saver: Saver,
): Promise<void> => {
  const { checkpoint } = saver;
  const unsaved = await unsavedDecisions(log, readModel, checkpoint);
  const last = [...unsaved.values()].map((decisions) => decisions[decisions.length - 1]);
  const reviewed = last.filter((decision) => decision.foldedUpTo === checkpoint);
  for (const { customer, effectiveAt, foldedUpTo } of reviewed)
    await saver.saveAnnounced(await folds.again([customer], foldedUpTo, effectiveAt), foldedUpTo);
  const paged = last.filter(({ foldedUpTo }) => foldedUpTo !== checkpoint);
  if (paged.length === 0) return;
  const [{ foldedUpTo }] = paged;
  if (paged.some((decision) => decision.foldedUpTo !== foldedUpTo))
    throw new RebuildNeeded('the read model is older than the decisions in the log: it was dropped or put back');
  const page: RecordedEvent[] = [];
  for await (const part of log.readAll({ after: checkpoint, until: foldedUpTo, category: 'customer' }))
    page.push(...part);
  for (const run of runsOf(page)) await saver.saveAnnounced(await folds.run(run), run[run.length - 1].position);
};
