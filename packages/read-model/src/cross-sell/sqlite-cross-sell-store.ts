import { type CrossSell, createOwnership, crossSellOf, type Ownership, type OwnershipFact } from '@rapport/domain';
import { openStore, type Store } from '@rapport/sqlite';
import { guarded, guardedCalls } from '../guarded';
import type { CrossSellStore } from './cross-sell-store';
import { loadOwnership } from './loading';
import { CROSS_SELL_FILE } from './schema';
import { createWriting } from './writing';

export interface SqliteCrossSellOptions {
  /** `write` creates the file when it is not there; `read` may be done by many while one writes. */
  readonly mode: 'write' | 'read';
  /** `off` (default): the projection can be rebuilt, so only the order of commits matters, not the power supply. */
  readonly synchronous?: 'full' | 'off';
}

interface Loaded {
  readonly ownership: Ownership;
  readonly crossSell: CrossSell;
  /** `PRAGMA data_version` then: changes when another connection commits. */
  readonly dataVersion: number;
}

/**
 * The cross-sell projection in its own SQLite file.
 *
 * @throws StoreError (also from every call) for what is wrong with the file, the disk or the version
 * @example const store = openSqliteCrossSellStore('data/cross-sell.sqlite', { mode: 'write' });
 */
export const openSqliteCrossSellStore = (path: string, options: SqliteCrossSellOptions): CrossSellStore => {
  let store: Store | undefined;
  try {
    return guarded(path, () => {
      store = openStore(path, { ...CROSS_SELL_FILE, mode: options.mode, synchronous: options.synchronous ?? 'off' });
      return storeOn(store);
    });
  } catch (error) {
    store?.close();
    throw error;
  }
};

const storeOn = (store: Store): CrossSellStore => {
  const { db, path } = store;
  const readCheckpoint = db.prepare<[], string>('SELECT position FROM checkpoint').pluck();
  const writing = createWriting(db);
  let loaded: Loaded | undefined;

  const dataVersion = (): number => Number(db.pragma('data_version', { simple: true }));
  const current = (): Loaded | undefined => (loaded?.dataVersion === dataVersion() ? loaded : undefined);
  const loading = db.transaction((): Loaded => {
    const ownership = loadOwnership(db);
    return { ownership, crossSell: crossSellOf(ownership), dataVersion: dataVersion() };
  });

  const sizeOf = (ownership: Ownership) => ({
    facts: ownership.facts(),
    customers: ownership.customers(),
    products: ownership.products.length,
  });

  const calls = guardedCalls<Pick<CrossSellStore, 'checkpoint' | 'applyFacts' | 'load' | 'size' | 'close'>>(path, {
    checkpoint: async () => readCheckpoint.get(),
    applyFacts: async (facts, checkpoint, forget = []) => {
      loaded = current();
      const follow = writing.apply(facts, checkpoint, forget);
      if (loaded !== undefined) follow(loaded.ownership);
    },
    load: async () => {
      loaded = current() ?? loading();
      return loaded.crossSell;
    },
    size: async () => {
      loaded = current() ?? loading();
      return sizeOf(loaded.ownership);
    },
    close: async () => store.close(),
  });
  return {
    ...calls,
    // Guarded apart: what goes wrong with the batches is not this file's.
    rebuild: async (batches, checkpoint) => {
      const ownership = createOwnership();
      const customers = new Map<string, number>();
      const number = (customer: string): number => {
        const known = customers.get(customer) ?? customers.size;
        customers.set(customer, known);
        return known;
      };
      for await (const facts of batches)
        for (const { customer, product, firstOrderedAt } of facts satisfies readonly OwnershipFact[])
          ownership.add(number(customer), ownership.productNumber(product), firstOrderedAt);
      return guarded(path, () => {
        loaded = undefined;
        writing.replace(ownership, customers, checkpoint);
        return sizeOf(ownership);
      });
    },
  };
};
