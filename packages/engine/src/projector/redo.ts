import type { EventLog, RecordedEvent } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import type { RecordedDecision } from '../decisions';
import type { IdentityResolver } from '../identity/identity-resolver';
import { runsOf } from '../identity/runs';
import type { CustomerFolds, FoldedBefore } from './customer-folds';
import { RebuildNeeded } from './rebuild-needed';
import type { Saver } from './saver';
import { unsavedDecisions } from './unsaved-decisions';

export interface RedoOptions {
  readonly log: EventLog;
  readonly readModel: ReadModel;
  readonly folds: CustomerFolds;
  readonly identity: IdentityResolver;
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
  const { log, readModel, identity, saver } = options;
  const { checkpoint } = saver;
  const unsaved = await unsavedDecisions(log, readModel, checkpoint, identity.asOf);
  const last = [...unsaved.values()].map((decisions) => decisions.at(-1)!);
  await redoAtCheckpoint(
    last.filter(({ foldedUpTo }) => foldedUpTo === checkpoint),
    options,
  );
  await redoPage(
    last.filter(({ foldedUpTo }) => foldedUpTo !== checkpoint),
    options,
  );
};

/** Decisions of a review, or of links that came due: nothing was read from the log for them. */
const redoAtCheckpoint = async (
  decisions: readonly RecordedDecision[],
  { folds, identity, saver }: RedoOptions,
): Promise<void> => {
  for (const decision of decisions.filter(({ cause }) => cause !== 'merge')) {
    const { customer, foldedUpTo, asOf } = decision;
    identity.moveTo(presentOf([decision], identity.asOf));
    await saver.saveAnnounced(await folds.again([customer], foldedUpTo, asOf), foldedUpTo);
  }
  const linked = decisions.filter(({ cause }) => cause === 'merge');
  const [first] = linked;
  if (first !== undefined) await saver.saveAnnounced(await folds.links(foldedAsOf(linked)), first.foldedUpTo);
};

/** Decisions of a page after the checkpoint. */
const redoPage = async (
  decisions: readonly RecordedDecision[],
  { log, folds, identity, saver }: RedoOptions,
): Promise<void> => {
  const [first] = decisions;
  if (first === undefined) return;
  const until = first.foldedUpTo;
  if (decisions.some(({ foldedUpTo }) => foldedUpTo !== until))
    throw new RebuildNeeded('the read model is older than the decisions in the log: it was dropped or put back');
  identity.moveTo(presentOf(decisions, identity.asOf));
  const page: RecordedEvent[] = [];
  for await (const part of log.readAll({ after: saver.checkpoint, until, category: 'customer' })) page.push(...part);
  for (const run of runsOf(page))
    await saver.saveAnnounced(await folds.run(run, foldedAsOf(decisions)), run.at(-1)!.position);
};

const foldedAsOf = (decisions: readonly RecordedDecision[]): FoldedBefore =>
  new Map(decisions.map(({ customer, asOf }) => [customer, asOf]));

/** The present in which decisions were taken, as far as it matters: no link came due in between. */
const presentOf = (decisions: readonly RecordedDecision[], known: number): number =>
  decisions.find(({ mergesAsOf }) => mergesAsOf !== undefined)?.mergesAsOf ??
  Math.max(known, ...decisions.map(({ asOf }) => asOf));
