import type { DataDirectory } from '@rapport/data-directory';
import type { CrossSell } from '@rapport/domain';
import { crossSellStoreExists, openCrossSellStore } from '@rapport/read-model';

/** The index for candidates; undefined where the store has no cross-sell projection yet. */
export const loadCrossSell = async ({ crossSellStore }: DataDirectory): Promise<CrossSell | undefined> => {
  if (!crossSellStoreExists(crossSellStore)) return undefined;
  const store = await openCrossSellStore(crossSellStore, { mode: 'read' });
  try {
    return await store.load();
  } finally {
    await store.close();
  }
};
