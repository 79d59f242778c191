import { type DataDirectory, unusableProjection } from '@rapport/data-directory';
import type { CrossSell } from '@rapport/domain';
import { projectCrossSell } from '@rapport/engine';
import type { EventLogWithHistory, Position } from '@rapport/event-log';
import { type CrossSellStore, discardCrossSellStore, openCrossSellStore } from '@rapport/read-model';
import { sleep } from '@rapport/runtime';
import type { Telemetry } from '@rapport/telemetry';

/** The cross-sell projection, kept up to date in the background while the engine runs. */
export interface CrossSellKeeper {
  /** Undefined until the whole log was read once. */
  answers(): Promise<CrossSell | undefined>;
  /** May be called twice. */
  stop(): Promise<void>;
}

const EVERY_MS = 3_000;
/** Touchpoints read before requests are served again: some milliseconds of work. */
const PIECE = 500;

/** Reads the log in small pieces, with time for requests in between. */
const inSmallPieces = (log: EventLogWithHistory): EventLogWithHistory => ({
  ...log,
  readAll: async function* (options) {
    for await (const page of log.readAll({ ...options, pageSize: PIECE })) {
      yield page;
      await new Promise(setImmediate);
    }
  },
});

/** Opens the store; discards it first where it cannot be used. */
const openOrReplace = async (files: DataDirectory, logger: Telemetry['logger']): Promise<CrossSellStore> => {
  try {
    return await openCrossSellStore(files.crossSellStore, { mode: 'write' });
  } catch (error) {
    const unusable = unusableProjection(error, files);
    if (unusable === undefined) throw error;
    logger.warn(`${unusable.problem}. It is rebuilt.`);
    discardCrossSellStore(files.crossSellStore);
    return await openCrossSellStore(files.crossSellStore, { mode: 'write' });
  }
};

/**
 * Opens the cross-sell projection and keeps it up to date.
 *
 * @param now in milliseconds; orders after it are not counted yet
 * @throws StorageError (the promise rejects) for a store that cannot be opened and is not just outdated
 */
export const keepCrossSell = async (
  files: DataDirectory,
  log: EventLogWithHistory,
  logger: Telemetry['logger'],
  now: () => number,
): Promise<CrossSellKeeper> => {
  const store = await openOrReplace(files, logger);
  const stopping = new AbortController();
  let seen: Position | undefined;
  let since: number | undefined;
  let nextDueAt = Number.POSITIVE_INFINITY;

  const takeIn = async (): Promise<void> => {
    const head = await log.head();
    const present = now();
    const settled = since !== undefined && present >= since && present < nextDueAt;
    if (settled && head === seen) return;
    const work = { log: inSmallPieces(log), store, signal: stopping.signal };
    ({ nextDueAt } = await projectCrossSell({ ...work, now: present, since }));
    since = present;
    seen = head;
  };

  const keepUp = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await takeIn().catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.error({ err: error }, 'cross-sell could not be brought up to date');
      });
      await sleep(EVERY_MS, stopping.signal);
    }
  };
  const keeping = keepUp();

  return {
    answers: async () => (since !== undefined ? store.load() : undefined),
    stop: async () => {
      stopping.abort();
      await keeping;
      await store.close();
    },
  };
};
