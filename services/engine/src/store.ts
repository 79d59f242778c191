/** The data directory as the engine holds it: the one log that is open for writing, the rules, and what follows. */
import { availableParallelism } from 'node:os';
import {
  cannotContinue,
  type DataDirectory,
  type Host,
  hasUnfinishedImport,
  type InForce,
  readDemoMarker,
  rebuildReadModel,
  settleImport,
  storeToFill,
  takeUp,
  unusableProjection,
} from '@rapport/data-directory';
import { compileRuleset } from '@rapport/domain';
import { factorsOf } from '@rapport/engine';
import { openSharedEventLog, type SharedEventLog } from '@rapport/event-log';
import { openReadModel, readModelExists } from '@rapport/read-model';

export interface HeldStore {
  readonly files: DataDirectory;
  /** Open for writing, on a thread of its own. */
  readonly log: SharedEventLog;
  readonly inForce: InForce;
  /** In a demo, the day it stands at. */
  readonly today: number | undefined;
}

/** Rebuilds the read model from the log; nothing is announced. */
export const madeAnew = (
  host: Host,
  { files, log, today }: Pick<HeldStore, 'files' | 'log' | 'today'>,
  inForce: InForce,
): Promise<unknown> =>
  rebuildReadModel(host, files, log, inForce, Math.max(1, availableParallelism() - 1), today ?? Date.now());

/** A read model that can be opened and continued; rebuilt if there is none. */
const usableReadModel = async (host: Host, store: HeldStore): Promise<void> => {
  const { files, log, inForce } = store;
  const reason = await unusable(store);
  if (reason === undefined) return;
  if ((await log.count()).events > 0) {
    host.note(`The read model is made anew: ${reason}.`);
    await madeAnew(host, store, inForce);
  } else {
    const factors = factorsOf(compileRuleset(inForce.ruleset));
    await (await openReadModel(files.readModel, { mode: 'write', factors })).close();
  }
};

/** Why the read model cannot be continued; opening it for writing also brings an older one up to date. */
const unusable = async ({ files, inForce }: Pick<HeldStore, 'files' | 'inForce'>): Promise<string | undefined> => {
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
 * Takes hold of a data directory: this process is its only writer until the log is closed.
 *
 * @throws StoreError `locked` when another process writes there; DataDirectoryError if it is not a data directory
 */
export const holdStore = async (host: Host, directory: string): Promise<HeldStore> => {
  const files = storeToFill(directory);
  const log = await openSharedEventLog(files.eventLog);
  try {
    const today = readDemoMarker(files)?.today;
    const inForce = await takeUp({ host, files, log }, { with: 'serve', now: today ?? Date.now() });
    const store: HeldStore = {
      files,
      log,
      inForce,
      today,
    };
    await usableReadModel(host, store);
    if (hasUnfinishedImport(files)) await settleImport(host, files, log, inForce, store.today ?? Date.now());
    return store;
  } catch (error) {
    await log.close();
    throw error;
  }
};
