import { copyFileSync, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { customerStream, openEventLog } from '@rapport/event-log';
import Database from 'better-sqlite3';
import { line, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeEach(async () => {
  place = workplace();
  await recordSome(0, 20);
});
afterEach(() => place.remove());

const EVENTS = 'rapport-data/events.sqlite';
const RELATIONSHIPS = 'rapport-data/relationships.sqlite';
const CROSS_SELL = 'rapport-data/cross-sell.sqlite';

/** Orders from..to-1, each of a customer and a product of its own. */
const recordSome = async (from: number, to: number) => {
  const orders = Array.from({ length: to - from }, (_, i) => from + i);
  place.write(
    'orders.ndjson',
    orders
      .map((n) => line({ id: String(n), customer: `c-${n}`, data: { items: [{ sku: `p-${n}`, quantity: 1 }] } }))
      .join(''),
  );
  const outcome = await place.rapport('import', 'orders.ndjson', '--as', 'touchpoints', '--strict');
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

const alter = (name: string, sql: string): void => {
  const db = new Database(place.path(name));
  db.exec(sql);
  db.close();
};

const customersIn = (name: string): number => {
  const db = new Database(place.path(name), { readonly: true });
  try {
    return Number(db.prepare('SELECT count(*) FROM customers').pluck().get());
  } finally {
    db.close();
  }
};

const expectSound = async (customers: number): Promise<void> => {
  const { code, stdout, stderr } = await place.rapport('verify');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(`what follows from it: ${customers} customers`);
  expect(customersIn(RELATIONSHIPS)).toBe(customers);
  expect(customersIn(CROSS_SELL)).toBe(customers);
};

/** A file of version 1, with what it held then, but for the states of folds: versions before 3 wrote them as text. */
const toVersion1 = (): void =>
  alter(
    RELATIONSHIPS,
    `CREATE TABLE states (key INTEGER PRIMARY KEY, state TEXT NOT NULL, decided TEXT NOT NULL) STRICT;
     INSERT INTO states SELECT key, '', decided FROM customers;
     ALTER TABLE customers DROP COLUMN decided;
     ALTER TABLE customers DROP COLUMN state;
     DROP INDEX stage_intervals_by_time;
     ALTER TABLE stage_intervals DROP COLUMN came_from;
     ALTER TABLE checkpoint DROP COLUMN model;
     ALTER TABLE checkpoint DROP COLUMN as_of;
     DROP TABLE ahead;
     ALTER TABLE stage_intervals ADD COLUMN because TEXT NOT NULL DEFAULT '[]';
     CREATE INDEX stage_intervals_by_time ON stage_intervals (entered_at, left_at, stage);
     PRAGMA user_version = 1;`,
  );

const overwrite = (name: string, from: number): void => {
  const path = realpathSync(place.path(name));
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from);
  writeFileSync(path, bytes);
};

describe.each<[string, () => void, RegExp]>([
  ['of an older version', toVersion1, /relationships\.sqlite was written by an older Rapport/],
  [
    'of a newer version',
    () => alter(RELATIONSHIPS, 'PRAGMA user_version = 99'),
    /relationships\.sqlite was written by a newer Rapport/,
  ],
  ['that is damaged', () => overwrite(RELATIONSHIPS, 4096), /relationships\.sqlite is damaged/],
  ['with a table gone', () => alter(RELATIONSHIPS, 'DROP TABLE parked'), /relationships\.sqlite is damaged/],
  ['whose beginning was overwritten', () => overwrite(RELATIONSHIPS, 0), /relationships\.sqlite is not what Rapport/],
])('a read model %s', (_, spoil, problem) => {
  beforeEach(() => spoil());

  test('is named by who asks it, with what to do, and is in nobody else’s way', async () => {
    for (const command of [['parked'], ['parked', '--json']]) {
      const { code, stdout, stderr } = await place.rapport(...command);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(problem);
      expect(stderr).toMatch(/rapport rebuild/);
    }
    expect(await place.rapport('show', 'c-1')).toMatchObject({ code: 0 });
    expect(await place.rapport('show', 'c-nobody')).toMatchObject({ code: 1 });
    expect(await place.rapport('ruleset', 'show')).toMatchObject({ code: 0 });
    const verified = await place.rapport('verify');
    expect(verified.code).toBe(1);
    expect(verified.stdout).toMatch(/✓ the log: 21 events[\s\S]*✗ what follows from it: .*rapport rebuild/);
    expect(verified.stdout).toMatch(problem);
  });

  test('is replaced by a rebuild', async () => {
    expect(await place.rapport('rebuild')).toMatchObject({ code: 0, stderr: '' });
    await expectSound(20);
  });

  test('is brought up to date by an import', async () => {
    const { stderr } = await recordSome(20, 25);
    // What is only older is migrated; what an earlier version of the model folded is folded anew.
    expect(stderr).toMatch(spoil === toVersion1 ? /rebuilt: .*version 1 of the model/ : problem);
    await expectSound(25);
  });
});

test('a damaged cross-sell store is named, and rebuilt by imports and rebuilds', async () => {
  for (const mend of [() => recordSome(20, 25), () => place.rapport('rebuild')]) {
    overwrite(CROSS_SELL, 4096);
    const asked = await place.rapport('candidates', 'c-1');
    expect({ code: asked.code, stdout: asked.stdout }).toEqual({ code: 2, stdout: '' });
    expect(asked.stderr).toMatch(/cross-sell\.sqlite is damaged.*rapport rebuild/);
    const mended = await mend();
    expect(mended.code).toBe(0);
    expect(mended.stderr).toMatch(/cross-sell\.sqlite is damaged\. It is rebuilt/);
    await expectSound(25);
  }
});

test('verify tells what it found in the log, and then that the read model is missing', async () => {
  rmSync(place.path(RELATIONSHIPS));
  const { code, stdout } = await place.rapport('verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(/✓ the log: 21 events[\s\S]*relationships\.sqlite is missing.*rapport rebuild[\s\S]*ledger/);
  const json = await place.rapport('verify', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    sound: false,
    // Twenty touchpoints, and that rules came into force.
    log: { events: 21, problems: [] },
    relationships: null,
    problem: expect.stringContaining('is missing'),
  });
});

describe('an older log, put back beside what was made of a newer one', () => {
  beforeEach(async () => {
    copyFileSync(place.path(EVENTS), place.path('backup.sqlite'));
    await recordSome(20, 40);
    expect(existsSync(place.path(`${EVENTS}-wal`))).toBe(false);
    copyFileSync(place.path('backup.sqlite'), place.path(EVENTS));
  });

  test('is noticed by an import before it grows beyond the newer one', async () => {
    const { stderr } = await recordSome(100, 150);
    expect(stderr).toMatch(/relationships\.sqlite has seen more than the log holds.*rebuilt/);
    expect(stderr).toMatch(/cross-sell\.sqlite has seen more than the log holds.*rebuilt/);
    await expectSound(70);
  });

  test('is noticed by an import that has nothing new', async () => {
    expect((await recordSome(0, 5)).stderr).toMatch(/rebuilt/);
    await expectSound(20);
  });

  test('is found by verify, and a rebuild makes all anew', async () => {
    expect((await place.rapport('verify')).code).toBe(1);
    expect((await place.rapport('rebuild')).code).toBe(0);
    await expectSound(20);
  });
});

test('a customer whose touchpoints cannot be folded is named, with the touchpoint, and what to do', async () => {
  const log = await openEventLog({ kind: 'sqlite', path: place.path(EVENTS) }, { mode: 'write' });
  const at = Date.UTC(2026, 0, 6);
  const event = { type: 'order.completed', version: 99, source: 'shop', id: 'o-99', data: {} };
  await log.appendMany([
    { stream: customerStream('c-1'), expected: 'any', events: [{ ...event, occurredAt: at, recordedAt: at }] },
  ]);
  await log.close();
  expect((await recordSome(20, 21)).stderr).toMatch(/^1 customer could not be folded: rapport parked$/m);
  for (const command of ['show', 'why', 'timeline', 'candidates']) {
    const { code, stdout, stderr } = await place.rapport(command, 'c-1');
    expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: '' });
    expect(stderr).toMatch(/c-1 is parked: touchpoint o-99 of shop .*version 99[\s\S]*rapport parked retry/);
  }
  expect(await place.rapport('show', 'c-2')).toMatchObject({ code: 0 });
  expect((await place.rapport('parked')).stdout).toMatch(/c-1 .*o-99/);
});

test('an import tells nobody what changes by it, unless it is asked to', async () => {
  const decisionsOf = async (customer: string): Promise<number> => {
    const { stdout } = await place.rapport('timeline', customer, '--json');
    // What was never decided stands in the timeline too, as the rules have it now: without an instant of recording.
    return stdout.split('\n').filter((text) => /"kind":"stage".*"recordedAt"/.test(text)).length;
  };
  expect(await decisionsOf('c-1')).toBe(0);
  place.write('news.ndjson', line({ id: 'news', customer: 'new', data: { items: [{ sku: 'p', quantity: 1 }] } }));
  const { code } = await place.rapport('import', 'news.ndjson', '--as', 'touchpoints', '--announce');
  expect(code).toBe(0);
  expect(await decisionsOf('new')).toBeGreaterThan(0);
  await expectSound(21);
});
