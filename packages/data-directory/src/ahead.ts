import { isBeyond } from '@rapport/engine';
import type { EventLog } from '@rapport/event-log';
import {
  crossSellStoreExists,
  discardCrossSellStore,
  discardReadModel,
  openCrossSellStore,
  openReadModel,
  readModelExists,
} from '@rapport/read-model';
import type { DataDirectory } from './data-directory';
import type { Host } from './host';
import { unusableProjection } from './unusable';

/** A projection of the log: how it is found, read and removed. */
interface Projection {
  readonly path: string;
  exists(): boolean;
  checkpoint(): Promise<string | undefined>;
  discard(): void;
}

const projectionsIn = (files: DataDirectory): readonly Projection[] => [
  {
    path: files.relationships,
    exists: () => readModelExists(files.readModel),
    checkpoint: async () => {
      const readModel = await openReadModel(files.readModel, { mode: 'read', factors: {} });
      try {
        return (await readModel.checkpoint())?.position;
      } finally {
        await readModel.close();
      }
    },
    discard: () => discardReadModel(files.readModel),
  },
  {
    path: files.crossSell,
    exists: () => crossSellStoreExists(files.crossSellStore),
    checkpoint: async () => {
      const store = await openCrossSellStore(files.crossSellStore, { mode: 'read' });
      try {
        return await store.checkpoint();
      } finally {
        await store.close();
      }
    },
    discard: () => discardCrossSellStore(files.crossSellStore),
  },
];

/**
 * Removes what was projected from a newer log than the one that is there: an older log was put back. To be called
 * before anything is recorded, after which the difference could not be seen any more.
 */
export const removeWhatIsAhead = async (host: Host, files: DataDirectory, log: EventLog): Promise<void> => {
  const head = await log.head();
  for (const projection of projectionsIn(files)) {
    if (!projection.exists()) continue;
    const checkpoint = await projection.checkpoint().catch((error: unknown) => {
      // It is rebuilt anyway.
      if (unusableProjection(error, files) !== undefined) return undefined;
      throw error;
    });
    if (!checkpoint || !isBeyond(checkpoint, head)) continue;
    host.note(
      `${projection.path} has seen more than the log holds: an older log was put back beside it. It is rebuilt.`,
    );
    projection.discard();
  }
};
