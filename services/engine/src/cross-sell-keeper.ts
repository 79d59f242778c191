import { type DataDirectory, unusableProjection } from '@rapport/data-directory';
import type { CrossSell } from '@rapport/domain';
import { projectCrossSell } from '@rapport/engine';
import type { EventLogWithHistory, Position } from '@rapport/event-log';
import { type CrossSellStore, discardCrossSellStore, openCrossSellStore } from '@rapport/read-model';
import { sleep } from '@rapport/runtime';
import type { Telemetry } from '@rapport/telemetry';

/** Which customer ordered what, kept up to date in the background while the engine runs. */
export interface CrossSellKeeper {
  /** Undefined until everything was taken in once. */
  answers(): Promise<CrossSell | undefined>;
  /** May be called twice. */
  stop(): Promise<void>;
}

const EVERY_MS = 3_000;
/** Touchpoints read before requests are served again: some milliseconds of work. */
const PIECE = 500;

/** The log, read in small pieces with time for requests in between. */
const gently = (log: EventLogWithHistory): EventLogWithHistory => ({
  ...log,
  readAll: async function* (options) {
    for await (const page of log.readAll({ ...options, pageSize: PIECE })) {
      yield page;
      await new Promise(setImmediate);
    }
  },
});

const openAnyhow = async (files: DataDirectory, logger: Telemetry['logger']): Promise<CrossSellStore> => {
  try {
    return await openCrossSellStore(files.crossSellStore, { mode: 'write' });
  } catch (error) {
    const unusable = unusableProjection(error, files);
    if (unusable === undefined) throw error;
    logger.warn(`${unusable.problem}. It is made anew.`);
    discardCrossSellStore(files.crossSellStore);
    return await openCrossSellStore(files.crossSellStore, { mode: 'write' });
  }
};

export const keepCrossSell = async (
  files: DataDirectory,
  log: EventLogWithHistory,
  logger: Telemetry['logger'],
  now: () => number,
): Promise<CrossSellKeeper> => {
  const store = await openAnyhow(files, logger);
  const stopping = new AbortController();
  let seen: Position | undefined;
  let since: number | undefined;
  let nextDueAt = Number.POSITIVE_INFINITY;

  const takeIn = async (): Promise<void> => {
    const head = await log.head();
    const present = now();
    const settled = since !== undefined && present >= since && present < nextDueAt;
    if (settled && head === seen) return;
    const work = { log: gently(log), store, signal: stopping.signal };
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
