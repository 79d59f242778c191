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

test('what an earlier version folded is refused whole, to be made anew, and stays as it is', async () => {
  const path = join(folder, 'model.sqlite');
  writeVersion1(path);
  for (const mode of ['read', 'write', 'write', 'read'] as const)
    await expect(openSqliteReadModel(path, { mode, factors: {} })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'needs-migration',
      path,
    });
  const db = new Database(path, { readonly: true });
  expect(db.prepare('SELECT count(*) FROM customers').pluck().get()).toBe(1);
  db.close();
});

test('one that was made and never folded into is brought to the current version', async () => {
  const path = join(folder, 'model.sqlite');
  writeVersion1(path);
  const db = new Database(path);
  for (const table of ['checkpoint', 'customers', 'states', 'raised_signals', 'promises', 'stage_intervals'])
    db.exec(`DELETE FROM ${table}`);
  db.close();
  const model = await openSqliteReadModel(path, { mode: 'write', factors: {} });
  expect(await model.checkpoint()).toBeUndefined();
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
  const old = new Database(join(folder, 'old.sqlite'));
  old.exec('DELETE FROM checkpoint');
  old.close();
  expect(await schemaOf(join(folder, 'old.sqlite'))).toEqual(await schemaOf(join(folder, 'new.sqlite')));
});
