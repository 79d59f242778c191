import { type DataDirectory, isThere } from '@rapport/data-directory';
import type { CrossSell } from '@rapport/domain';
import { openSqliteCrossSellStore } from '@rapport/read-model';

/** What candidates are computed from; undefined where the store has no cross-sell projection yet. */
export const loadCrossSell = async ({ crossSell }: DataDirectory): Promise<CrossSell | undefined> => {
  if (!isThere(crossSell)) return undefined;
  const store = openSqliteCrossSellStore(crossSell, { mode: 'read' });
  try {
    return await store.load();
  } finally {
    await store.close();
  }
};
