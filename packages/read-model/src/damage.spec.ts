import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteCrossSellStore } from './cross-sell';
import { openSqliteReadModel } from './sqlite';
import { at, relationship, saveOf } from './testing/samples';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-damage-'));
  path = join(folder, 'projection.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DAMAGED = { name: 'StoreError', kind: 'damaged' };

/** Everything after the page with the schema. */
const overwritePages = (): void => {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096);
  writeFileSync(path, bytes);
};

const alter = (sql: string): void => {
  const db = new Database(path);
  db.exec(sql);
  db.close();
};

describe('a damaged read model', () => {
  const fill = async (): Promise<void> => {
    const model = await openSqliteReadModel(path, { mode: 'write', factors: {} });
    const saves = Array.from({ length: 300 }, (_, i) => saveOf(relationship(`c-${i}`)));
    await model.save(saves, at(1));
    await model.close();
  };

  it('is named by every question, whichever part of it is asked', async () => {
    await fill();
    overwritePages();
    const open = openSqliteReadModel(path, { mode: 'read', factors: { trust: { halfLife: 1, prior: [1, 1] } } });
    const model = await open;
    const questions: Readonly<Record<string, () => Promise<unknown>>> = {
      load: () => model.load(['c-1']),
      checkpoint: () => model.checkpoint(),
      customers: () => model.customers({}),
      byScore: () => model.customers({ factor: { id: 'trust', at: 0, atLeast: 1 } }),
      history: () => model.history('c-1'),
      cases: () => model.cases({}),
      promisesDue: () => model.promisesDue({}),
      population: () => model.population(),
      populationAt: () => model.population(1),
      flows: () => model.flows({ from: 0, to: 1 }),
      due: () => model.due(1, 1),
      nextReviewAt: () => model.nextReviewAt(),
      dueAt: () => model.dueAt(['c-1']),
      beyond: () => model.beyond(1, 1),
      parked: () => model.parked(),
    };
    for (const [name, ask] of Object.entries(questions))
      expect({ name, error: await ask().catch((error: unknown) => error) }).toMatchObject({ name, error: DAMAGED });
    await model.close();
  });

  it('is named when what it holds is no JSON, and when a table is gone', async () => {
    await fill();
    alter(`UPDATE customers SET factors = '{"trust":' WHERE customer = 'c-1'`);
    const model = await openSqliteReadModel(path, { mode: 'read', factors: {} });
    await expect(model.load(['c-1'])).rejects.toMatchObject(DAMAGED);
    await expect(model.load(['c-2'])).resolves.toHaveLength(1);
    await model.close();
    alter('DROP TABLE parked');
    await expect(openSqliteReadModel(path, { mode: 'read', factors: {} })).rejects.toMatchObject(DAMAGED);
    await expect(openSqliteReadModel(path, { mode: 'write', factors: {} })).rejects.toMatchObject(DAMAGED);
    // The writer's lock was let go of.
    await expect(openSqliteReadModel(path, { mode: 'write', factors: {} })).rejects.toMatchObject(DAMAGED);
  });

  it('does not take wrong use for damage', async () => {
    await fill();
    const model = await openSqliteReadModel(path, { mode: 'read', factors: {} });
    await expect(model.customers({ limit: 0 })).rejects.toThrow(RangeError);
    await expect(model.save([], at(2))).rejects.toThrow(/open for reading only/);
    await model.close();
  });
});

describe('a damaged cross-sell store', () => {
  const fill = async (): Promise<void> => {
    const store = openSqliteCrossSellStore(path, { mode: 'write' });
    const facts = Array.from({ length: 300 }, (_, i) => ({
      customer: `c-${i}`,
      product: `p-${i}`,
      firstOrderedAt: i,
    }));
    await store.applyFacts(facts, '1');
    await store.close();
  };

  it('is named by every call', async () => {
    await fill();
    overwritePages();
    const store = openSqliteCrossSellStore(path, { mode: 'write' });
    const none = async function* () {};
    for (const call of [
      () => store.checkpoint(),
      () => store.load(),
      () => store.size(),
      () => store.applyFacts([], '2'),
      () => store.rebuild(none(), '2'),
    ])
      await expect(call()).rejects.toMatchObject(DAMAGED);
    await store.close();
  });

  it.each([
    ['a basket is cut off', "UPDATE customers SET basket = x'0009' WHERE number = 299"],
    ['a basket ends within a number', "UPDATE customers SET basket = x'ff' WHERE number = 299"],
    ['a product is missing', 'DELETE FROM products WHERE number = 3'],
  ])('is named when %s', async (_, sql) => {
    await fill();
    alter(sql);
    const store = openSqliteCrossSellStore(path, { mode: 'read' });
    await expect(store.load()).rejects.toMatchObject(DAMAGED);
    await store.close();
  });

  it('is named when a table is gone', async () => {
    await fill();
    alter('DROP TABLE products');
    for (const mode of ['read', 'write'] as const)
      expect(() => openSqliteCrossSellStore(path, { mode })).toThrow(/is damaged/);
  });
});
