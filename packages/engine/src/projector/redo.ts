import type { EventLog, RecordedEvent } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import type { RecordedDecision } from '../decision';
import { runsOf } from '../identity/runs';
import type { WhoIsWho } from '../identity/who-is-who';
import type { CustomerFolds } from './customer-folds';
import { RebuildNeeded } from './rebuild-needed';
import type { Saver } from './saver';
import { unsavedDecisions } from './unsaved-decisions';

export interface RedoOptions {
  readonly log: EventLog;
  readonly readModel: ReadModel;
  readonly folds: CustomerFolds;
  readonly whoIsWho: WhoIsWho;
  readonly saver: Saver;
}

/**
 * Does again what a kill kept from being saved.
 *
 * Decisions that were recorded but not saved came from one page, from links that came due at one instant, or from one
 * review. Folding the same again from the same state, as of the instants that they name, gives the same decisions, which
 * the log knows already. What has come due since waits until afterwards.
 *
 * @throws RebuildNeeded where they came from more than that: the read model is older than the decisions
 */
export const redoUnsaved = async (options: RedoOptions): Promise<void> => {
  const { log, readModel, folds, whoIsWho, saver } = options;
  const { checkpoint } = saver;
  const unsaved = await unsavedDecisions(log, readModel, checkpoint, whoIsWho.asOf);
  const last = [...unsaved.values()].map((decisions) => decisions[decisions.length - 1]);
  const atCheckpoint = last.filter((decision) => decision.foldedUpTo === checkpoint);
  const linked = atCheckpoint.filter(({ cause }) => cause === 'merge');
  for (const decision of atCheckpoint.filter(({ cause }) => cause !== 'merge')) {
    const { customer, foldedUpTo, asOf } = decision;
    whoIsWho.moveTo(presentOf([decision], whoIsWho.asOf));
    await saver.saveAnnounced(await folds.again([customer], foldedUpTo, asOf), foldedUpTo);
  }
  if (linked.length > 0) await saver.saveAnnounced(await folds.links(foldedAsOf(linked)), linked[0].foldedUpTo);

  const paged = last.filter(({ foldedUpTo }) => foldedUpTo !== checkpoint);
  if (paged.length === 0) return;
  const [{ foldedUpTo }] = paged;
  if (paged.some((decision) => decision.foldedUpTo !== foldedUpTo))
    throw new RebuildNeeded('the read model is older than the decisions in the log: it was dropped or put back');
  whoIsWho.moveTo(presentOf(paged, whoIsWho.asOf));
  const page: RecordedEvent[] = [];
  for await (const part of log.readAll({ after: checkpoint, until: foldedUpTo, category: 'customer' }))
    page.push(...part);
  for (const run of runsOf(page))
    await saver.saveAnnounced(await folds.run(run, foldedAsOf(paged)), run[run.length - 1].position);
};

const foldedAsOf = (decisions: readonly RecordedDecision[]): ReadonlyMap<string, number> =>
  new Map(decisions.map(({ customer, asOf }) => [customer, asOf]));

/** The present that decisions were taken in, as far as it matters to anybody: no link came due between. */
const presentOf = (decisions: readonly RecordedDecision[], known: number): number =>
  decisions.find(({ mergesAsOf }) => mergesAsOf !== undefined)?.mergesAsOf ??
  Math.max(known, ...decisions.map(({ asOf }) => asOf));
