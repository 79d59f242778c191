import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, type Ruleset, rulesetHash } from '@rapport/domain';
import { factorsOf, type PutInForceReport, putInForce } from '@rapport/engine';
import type { EventLog, Position } from '@rapport/event-log';
import { openSqliteReadModel, switchIn } from '@rapport/read-model';
import { isThere } from '@rapport/sqlite';
import type { DataDirectory } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import type { Host } from './host';
import { rulesetInForce } from './in-force';
import { buildReadModel, removeBuild } from './projecting';
import { keepRuleset, noteInForce, readStored } from './ruleset-files';
import { shellWord } from './shell-word';

export interface PublishOptions {
  readonly host: Host;
  readonly files: DataDirectory;
  /** Open for writing. */
  readonly log: EventLog;
  readonly ruleset: Ruleset;
  /** Whether what differs for each customer is recorded, for announcement. */
  readonly announce: boolean;
  readonly now: () => number;
  /** Runs work while nobody projects into the read model. */
  readonly paused: (work: () => Promise<void>) => Promise<void>;
}

/** A ruleset that is being put in force: what is needed to finish it after a kill. */
interface Publication {
  readonly hash: string;
  readonly announce: boolean;
  /** When it comes into force, in milliseconds. */
  readonly at: number;
}

const markOf = ({ directory }: DataDirectory): string => join(directory, 'publication-unfinished.json');

const unfinished = (files: DataDirectory): Publication | undefined =>
  isThere(markOf(files)) ? (JSON.parse(readFileSync(markOf(files), 'utf8')) as Publication) : undefined;

const writeMark = (files: DataDirectory, publication: Publication): void => {
  const path = `${markOf(files)}.writing`;
  writeFileSync(path, JSON.stringify(publication), { mode: 0o600 });
  renameSync(path, markOf(files));
};

/** @throws DataDirectoryError when a kill kept a ruleset from being put in force: that comes first */
export const refuseUnfinishedPublication = (files: DataDirectory): void => {
  const publication = unfinished(files);
  if (publication === undefined) return;
  throw new DataDirectoryError(
    `${files.directory}: a ruleset was being put in force when Rapport was killed. To finish that first: rapport ruleset publish ${shellWord(join(files.rulesets, `${publication.hash}.json`))}`,
  );
};

/**
 * Puts a ruleset in force: a read model is built beside the live one, brought to where the live one stands, and
 * switched in. Where it is to be announced, what differs for each customer is recorded first, with cause `ruleset`.
 *
 * Killed at any moment, it leaves the old rules in force, or a mark by which {@link finishPublication} finishes.
 */
export const publishRuleset = async (options: PublishOptions): Promise<PutInForceReport> => {
  const { files, ruleset, announce, now, paused } = options;
  const hash = rulesetHash(ruleset);
  if ((await rulesetInForce(files.directory)).hash === hash) return { changed: 0, announced: 0 };
  keepRuleset(files, ruleset);
  const path = await build(options, ruleset, now());
  let report: PutInForceReport = { changed: 0, announced: 0 };
  try {
    await paused(async () => {
      report = await complete(options, path, ruleset, { hash, announce, at: now() });
    });
  } finally {
    removeBuild(path);
  }
  return report;
};

/** Finishes what a kill cut short, before anything else is projected. */
export const finishPublication = async (options: Pick<PublishOptions, 'host' | 'files' | 'log'>): Promise<void> => {
  const { files, host } = options;
  const publication = unfinished(files);
  if (publication === undefined) return;
  if ((await rulesetInForce(files.directory)).hash !== publication.hash) {
    const ruleset = readStored(files, publication.hash);
    host.note(`Putting ruleset ${ruleset.ruleset} ${ruleset.version} in force, which was cut short.`);
    await complete(options, await build(options, ruleset, publication.at), ruleset, publication);
  }
  rmSync(markOf(files), { force: true });
};

const build = async (
  { host, files, log }: Pick<PublishOptions, 'host' | 'files' | 'log'>,
  ruleset: Ruleset,
  now: number,
): Promise<string> => {
  const inForce = { ruleset, hash: rulesetHash(ruleset) };
  const workers = Math.max(1, availableParallelism() - 1);
  // Not further than the live one: what comes after is decided by the rules of its time.
  const until = await checkpointOf(files);
  return (await buildReadModel(host, files, log, inForce, workers, now, until)).path;
};

const checkpointOf = async ({ relationships }: DataDirectory): Promise<Position | undefined> => {
  const readModel = await openSqliteReadModel(relationships, { mode: 'read', factors: {} });
  try {
    return (await readModel.checkpoint())?.position as Position | undefined;
  } finally {
    await readModel.close();
  }
};

const complete = async (
  { host, files, log }: Pick<PublishOptions, 'host' | 'files' | 'log'>,
  path: string,
  ruleset: Ruleset,
  publication: Publication,
): Promise<PutInForceReport> => {
  const { announce, at, hash } = publication;
  const present = (await rulesetInForce(files.directory)).ruleset;
  const before = await openSqliteReadModel(files.relationships, {
    mode: 'read',
    factors: factorsOf(compileRuleset(present)),
  });
  const after = await openSqliteReadModel(path, { mode: 'write', factors: factorsOf(compileRuleset(ruleset)) });
  // Without announcements nothing is recorded that would have to be finished.
  if (announce) writeMark(files, publication);
  let report: PutInForceReport;
  try {
    report = await putInForce({ log, before, after, ruleset, announce, at, signal: host.signal });
  } finally {
    await after.close();
    await before.close();
  }
  switchIn(path, files.relationships);
  noteInForce(files, hash);
  rmSync(markOf(files), { force: true });
  return report;
};
