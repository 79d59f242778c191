/** The data directory of a serving engine, with its log open for writing. */
import { availableParallelism } from 'node:os';
import {
  cannotContinue,
  type DataDirectory,
  type Host,
  hasUnfinishedImport,
  type InForce,
  readDemoMarker,
  rebuildReadModel as rebuildReadModelFrom,
  settleImport,
  storeToFill,
  takeUp,
  unusableProjection,
} from '@rapport/data-directory';
import { compileRuleset } from '@rapport/domain';
import { factorsOf } from '@rapport/engine';
import { openSharedEventLog, type SharedEventLog } from '@rapport/event-log';
import { openReadModel, readModelExists } from '@rapport/read-model';

export interface WritableStore {
  readonly files: DataDirectory;
  /** Open for writing, on a thread of its own. */
  readonly log: SharedEventLog;
  readonly inForce: InForce;
  /** In a demo, the instant at which its clock stands still. */
  readonly today: number | undefined;
}

/** Rebuilds the read model from the log; nothing is announced. */
export const rebuildReadModel = (
  host: Host,
  { files, log, today }: Pick<WritableStore, 'files' | 'log' | 'today'>,
  { ruleset }: InForce,
): Promise<unknown> => {
  const workers = Math.max(1, availableParallelism() - 1);
  return rebuildReadModelFrom({ host, files, log }, { ruleset, now: today ?? Date.now(), workers });
};

/** Rebuilds a read model that cannot be opened and continued; an empty one where the log is empty. */
const ensureUsableReadModel = async (host: Host, store: WritableStore): Promise<void> => {
  const { files, log, inForce } = store;
  const reason = await unusable(store);
  if (reason === undefined) return;
  if ((await log.count()).events > 0) {
    host.note(`The read model is rebuilt: ${reason}.`);
    await rebuildReadModel(host, store, inForce);
  } else {
    const factors = factorsOf(compileRuleset(inForce.ruleset));
    await (await openReadModel(files.readModel, { mode: 'write', factors })).close();
  }
};

/** Why the read model cannot be continued; opening it for writing also brings an older one up to date. */
const unusable = async ({ files, inForce }: Pick<WritableStore, 'files' | 'inForce'>): Promise<string | undefined> => {
  if (!readModelExists(files.readModel)) return 'there is none';
  try {
    const factors = factorsOf(compileRuleset(inForce.ruleset));
    await (await openReadModel(files.readModel, { mode: 'write', factors })).close();
    return await cannotContinue(files, inForce);
  } catch (error) {
    const problem = unusableProjection(error, files)?.problem;
    if (problem === undefined) throw error;
    return problem;
  }
};

/**
 * Opens a data directory for writing: this process is its only writer until the log is closed.
 *
 * @throws StorageError `in-use` when another process writes there; DataDirectoryError where there is not a data directory
 */
export const openWritableStore = async (host: Host, directory: string): Promise<WritableStore> => {
  const files = storeToFill(directory);
  const log = await openSharedEventLog(files.eventLog);
  try {
    const today = readDemoMarker(files)?.today;
    const inForce = await takeUp({ host, files, log }, { with: 'serve', now: today ?? Date.now() });
    const store: WritableStore = { files, log, inForce, today };
    await ensureUsableReadModel(host, store);
    if (hasUnfinishedImport(files))
      await settleImport({ host, files, log }, { ruleset: inForce.ruleset, now: today ?? Date.now() });
    return store;
  } catch (error) {
    await log.close();
    throw error;
  }
};
