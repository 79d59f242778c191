import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { CrossSellStore } from './cross-sell-store';
import { openSqliteCrossSellStore } from './sqlite-cross-sell-store';
import { crossSellStoreContract } from './testing/cross-sell-store-contract';

const createPlace = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-cross-sell-'));
  const path = join(folder, 'cross-sell.sqlite');
  const stores: CrossSellStore[] = [];
  return {
    path,
    open: () => {
      const store = openSqliteCrossSellStore(path, { mode: 'write' });
      stores.push(store);
      return store;
    },
    remove: async () => {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

crossSellStoreContract('SQLite', createPlace);

describe('the cross-sell store in SQLite', () => {
  it('loses facts and checkpoint together when a batch fails half way', async () => {
    const place = createPlace();
    try {
      const store = place.open();
      await store.applyFacts([{ customer: 'a', product: 'tea', firstOrderedAt: 1 }], '1');
      const db = new Database(place.path);
      db.exec(
        "CREATE TRIGGER refuse BEFORE UPDATE ON checkpoint WHEN NEW.position = '2' BEGIN SELECT RAISE(ABORT, 'refused'); END",
      );
      db.close();
      const live = await store.load();
      const facts = [{ customer: 'a', product: 'cup', firstOrderedAt: 1 }];
      // Not toThrow: an error of the driver may come from the globals of another test file.
      await expect(store.applyFacts(facts, '2', ['a'])).rejects.toMatchObject({ message: 'refused' });
      expect(await store.checkpoint()).toBe('1');
      for (const answers of [live, await store.load(), await place.open().load()])
        expect(answers.popular(5)).toEqual([{ product: 'tea', owners: 1 }]);
      await store.applyFacts(facts, '3');
      expect((await store.load()).popular(5)).toHaveLength(2);
    } finally {
      await place.remove();
    }
  });

  it('loads every one of thousands of customers', async () => {
    const place = createPlace();
    try {
      const customers = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
      const facts = customers.map((customer, i) => ({ customer, product: `p${i % 7}`, firstOrderedAt: i }));
      await place.open().applyFacts(facts, '1', []);
      await place.open().applyFacts([], '2', customers.slice(1_000, 3_500));
      const reopened = place.open();
      expect(await reopened.size()).toEqual({ facts: 2_500, customers: 2_500, products: 7 });
      const counts = (await reopened.load()).popular(5_000).map(({ owners }) => owners);
      expect(counts.reduce((sum, owners) => sum + owners)).toBe(2_500);
    } finally {
      await place.remove();
    }
  });

  it('can be read while one writes, and not be written by a reader', async () => {
    const place = createPlace();
    try {
      const writer = place.open();
      await writer.applyFacts([{ customer: 'a', product: 'tea', firstOrderedAt: 1 }], '1');
      const reader = openSqliteCrossSellStore(place.path, { mode: 'read' });
      expect((await reader.load()).popular(5)).toHaveLength(1);
      await expect(reader.applyFacts([], '2')).rejects.toThrow(/cannot be opened or written/);
      await reader.close();
    } finally {
      await place.remove();
    }
  });
});
