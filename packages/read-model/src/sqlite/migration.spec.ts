import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { interval, RULESET, T0 } from '../testing/samples';
import { APPLICATION_ID, MIGRATIONS } from './schema';
import { openSqliteReadModel } from './sqlite-read-model';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-read-model-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HISTORY = [interval('stranger', T0, T0 + 10), interval('friend', T0 + 10, T0 + 20), interval('partner', T0 + 20)];

/** As version 1 wrote it: with conditions, without the stage of origin. */
const writeVersion1 = (path: string): void => {
  const db = new Database(path);
  db.exec(MIGRATIONS[0] as string);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma('user_version = 1');
  db.exec(`
    INSERT INTO checkpoint VALUES (1, '000000000042', '${RULESET}');
    INSERT INTO customers VALUES (7, 'ann', 'partner', ${T0 + 20}, ${T0 + 25}, ${T0 + 99}, 3, ${T0}, ${T0 + 25},
      '{"trust":[1.5,0.25,${T0}]}');
    INSERT INTO states VALUES (7, 'the state', '{"stage":"partner","signals":[],"sequence":3}');
    INSERT INTO raised_signals VALUES (7, 'dormant', ${T0 + 21});
    INSERT INTO promises VALUES (7, 0, 'reply', NULL, ${T0}, ${T0 + 50}, 'shop', 'm-1');`);
  const insert = db.prepare('INSERT INTO stage_intervals VALUES (7, ?, ?, ?, ?, ?, ?, ?)');
  for (const { from, to, stage, cause, touchpoint } of HISTORY)
    insert.run(from, to, stage, cause, touchpoint?.source, touchpoint?.id, '[]');
  db.close();
};

test('a file of version 1 is brought to the current version with everything it holds but the states', async () => {
  const path = join(folder, 'model.sqlite');
  writeVersion1(path);
  await expect(openSqliteReadModel(path, { mode: 'read', factors: {} })).rejects.toMatchObject({
    kind: 'needs-migration',
  });
  await (await openSqliteReadModel(path, { mode: 'write', factors: {} })).close();

  const model = await openSqliteReadModel(path, { mode: 'read', factors: {} });
  expect(await model.checkpoint()).toEqual({ position: '000000000042', ruleset: RULESET, model: 1 });
  expect(await model.history('ann')).toEqual(HISTORY);
  expect(await model.flows({ from: 0, to: T0 + 100 })).toEqual([
    { from: null, to: 'stranger', customers: 1 },
    { from: 'friend', to: 'partner', customers: 1 },
    { from: 'stranger', to: 'friend', customers: 1 },
  ]);
  expect(await model.load(['ann'])).toEqual([
    {
      customer: 'ann',
      stage: 'partner',
      since: T0 + 20,
      instant: T0 + 25,
      nextReviewAt: T0 + 99,
      touchpoints: 3,
      firstTouchpointAt: T0,
      lastTouchpointAt: T0 + 25,
      factors: { trust: { for: 1.5, against: 0.25, at: T0 } },
      signals: { dormant: T0 + 21 },
      state: new Uint8Array(),
      decided: { stage: 'partner', signals: [], sequence: 3 },
    },
  ]);
  expect(await model.promisesDue({ customer: 'ann' })).toHaveLength(1);
  await model.close();
});

test('a migrated file and a new one have the same tables and indexes', async () => {
  const schemaOf = async (path: string) => {
    await (await openSqliteReadModel(path, { mode: 'write', factors: {} })).close();
    const db = new Database(path, { readonly: true });
    const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2').all();
    db.close();
    return schema;
  };
  writeVersion1(join(folder, 'old.sqlite'));
  expect(await schemaOf(join(folder, 'old.sqlite'))).toEqual(await schemaOf(join(folder, 'new.sqlite')));
});
