import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, MODEL_VERSION, type Ruleset, rulesetHash } from '@rapport/domain';
import {
  createRulesetHistory,
  factorsOf,
  type Publication,
  type PublishedWith,
  type Publisher,
  type PutInForceReport,
  positionOf,
  published,
  putInForce,
  recordPublications,
} from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { discardReadModelBuild, openReadModel, type ReadModelLocation, switchInReadModel } from '@rapport/read-model';
import type { AtWork } from './at-work';
import { checkpointIn, publishedRuleset, rulesetInForce } from './in-force';
import { buildReadModel } from './projecting';
import { repairRulesetFiles } from './ruleset-files';

/** Who puts a ruleset in force, by which way, and whether it is announced. */
export interface PublicationWords {
  readonly by: Publisher;
  readonly with: PublishedWith;
  /** Whether what differs for each customer is recorded, for announcement. */
  readonly announce: boolean;
}

export interface PublishOptions extends AtWork, PublicationWords {
  readonly ruleset: Ruleset;
  readonly now: () => number;
  /** Runs work while no projector writes the read model. */
  readonly paused: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Records that a ruleset is in force from an instant on. What was decided before stands in the read model, up to its
 * checkpoint. A clock that was set back since the last publication does not turn their order round.
 */
export const recordPublication = async (
  { host, files, log }: AtWork,
  ruleset: Ruleset,
  { by, with: command, announce }: PublicationWords,
  now: number,
): Promise<Publication> => {
  const publications = await createRulesetHistory(log).publications();
  const last = publications.at(-1);
  const publication: Publication = {
    number: (last?.number ?? 0) + 1,
    ...published(ruleset),
    at: Math.max(now, last?.at ?? now),
    by,
    with: command,
    announced: announce,
    decidedUpTo: (await checkpointIn(files))?.position as Position | undefined,
  };
  await recordPublications(log, [publication]);
  repairRulesetFiles(host, files, [publication]);
  return publication;
};

/**
 * Puts a ruleset in force: a read model is built beside the live one, brought to where the live one stands, and
 * switched in. Where it is to be announced, what differs for each customer is recorded first, with cause `ruleset`.
 *
 * It is in force with its publication in the log. Killed before that, the old rules stay; killed after it,
 * {@link finishPublication} finishes.
 */
export const publishRuleset = async (options: PublishOptions): Promise<PutInForceReport> => {
  const { files, log, ruleset, now, paused } = options;
  if ((await rulesetInForce(files, log)).hash === rulesetHash(ruleset)) return { changed: 0, announced: 0 };
  // Where nothing was folded yet, no customer can differ.
  const built = (await checkpointIn(files)) === undefined ? undefined : await build(options, ruleset, now());
  let report: PutInForceReport = { changed: 0, announced: 0 };
  try {
    await paused(async () => {
      const publication = await recordPublication(options, ruleset, options, now());
      if (built !== undefined) report = await complete(options, built, ruleset, publication);
    });
  } finally {
    if (built !== undefined) discardReadModelBuild(built);
  }
  return report;
};

/**
 * Finishes what a kill cut short, before anything else is projected: the last publication is in the log, and the read
 * model stands where the rules before it left it. A read model that stands elsewhere was put back, and cannot be
 * compared with: the next projector rebuilds it, by the rules in force, and announces nothing.
 */
export const finishPublication = async ({ host, files, log }: AtWork): Promise<void> => {
  const publications = await createRulesetHistory(log).publications();
  const last = publications.at(-1);
  const stands = await checkpointIn(files);
  if (last === undefined || stands === undefined || stands.ruleset === last.ruleset.hash) return;
  if (!publications.some(({ ruleset }) => ruleset.hash === stands.ruleset))
    return host.note(
      `${files.relationships} was made with ruleset ${stands.ruleset.slice(0, 12)}, which the log does not know to have been in force; in force is ${last.ruleset.name} ${last.ruleset.version}. To put the other one in force: rapport ruleset publish ${join(files.rulesets, `${stands.ruleset}.json`)}`,
    );
  if (stands.position !== last.decidedUpTo || stands.model !== MODEL_VERSION) return;
  const { ruleset } = publishedRuleset(files, last);
  host.note(`Putting ruleset ${ruleset.ruleset} ${ruleset.version} in force, which was cut short.`);
  const built = await build({ host, files, log }, ruleset, last.at);
  try {
    await complete({ host, files, log }, built, ruleset, last);
  } finally {
    discardReadModelBuild(built);
  }
};

const build = async (work: AtWork, ruleset: Ruleset, now: number): Promise<ReadModelLocation> => {
  const workers = Math.max(1, availableParallelism() - 1);
  // Not further than the live one: what comes after is decided by the rules of its time.
  const stands = await checkpointIn(work.files);
  const until = stands === undefined ? undefined : positionOf(stands);
  return (await buildReadModel(work, { ruleset, now, workers, until })).location;
};

const complete = async (
  { host, files, log }: AtWork,
  built: ReadModelLocation,
  ruleset: Ruleset,
  { announced: announce = false, at }: Publication,
): Promise<PutInForceReport> => {
  const before = await openReadModel(files.readModel, { mode: 'read', factors: {} });
  const after = await openReadModel(built, { mode: 'write', factors: factorsOf(compileRuleset(ruleset)) });
  let report: PutInForceReport;
  try {
    report = await putInForce({ log, before, after, ruleset, announce, at, signal: host.signal });
  } finally {
    await after.close();
    await before.close();
  }
  switchInReadModel(built, files.readModel);
  return report;
};
