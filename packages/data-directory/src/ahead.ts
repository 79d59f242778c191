import { isBeyond } from '@rapport/engine';
import type { EventLog } from '@rapport/event-log';
import { openSqliteCrossSellStore, openSqliteReadModel } from '@rapport/read-model';
import { isThere } from '@rapport/sqlite';
import type { DataDirectory } from './data-directory';
import type { Host } from './host';
import { removeProjection, unusableProjection } from './unusable';

const checkpointOf = {
  relationships: async (path: string): Promise<string | undefined> => {
    const readModel = await openSqliteReadModel(path, { mode: 'read', factors: {} });
    try {
      return (await readModel.checkpoint())?.position;
    } finally {
      await readModel.close();
    }
  },
  crossSell: async (path: string): Promise<string | undefined> => {
    const store = openSqliteCrossSellStore(path, { mode: 'read' });
    try {
      return await store.checkpoint();
    } finally {
      await store.close();
    }
  },
};

/**
 * Removes what was projected from a newer log than the one that is there: an older log was put back. To be called
 * before anything is recorded, after which the difference could not be seen any more.
 */
export const removeWhatIsAhead = async (host: Host, files: DataDirectory, log: EventLog): Promise<void> => {
  const head = await log.head();
  for (const which of ['relationships', 'crossSell'] as const) {
    const path = files[which];
    if (!isThere(path)) continue;
    const checkpoint = await checkpointOf[which](path).catch((error: unknown) => {
      // It is made anew anyway.
      if (unusableProjection(error, files) !== undefined) return undefined;
      throw error;
    });
    if (!checkpoint || !isBeyond(checkpoint, head)) continue;
    host.note(`${path} has seen more than the log holds: an older log was put back beside it. It is made anew.`);
    removeProjection(path);
  }
};
