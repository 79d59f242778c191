import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { eventually } from '@rapport/runtime/testing';
import Database from 'better-sqlite3';
import { line, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

const many = (count: number): string =>
  Array.from({ length: count }, (_, i) => line({ id: String(i), customer: `c-${i % 50}` })).join('');

const fill = async (count = 20): Promise<void> => {
  place.write('x.ndjson', many(count));
  expect((await place.rapport('import', 'x.ndjson', '--as', 'touchpoints')).code).toBe(0);
};

const events = (): string => place.path('rapport-data/events.sqlite');

test('a data directory is its owner’s alone', async () => {
  await fill();
  expect(statSync(place.path('rapport-data')).mode & 0o777).toBe(0o700);
});

test('a store of a newer version is left alone', async () => {
  await fill();
  const db = new Database(events());
  db.pragma('user_version = 99');
  db.close();
  for (const command of [
    ['show', 'c-1'],
    ['import', 'x.ndjson', '--as', 'touchpoints'],
  ]) {
    const { code, stderr, stdout } = await place.rapport(...command);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/version 99.*newer program/);
  }
});

test('a damaged store is named, not a defect', async () => {
  await fill(2000);
  const bytes = readFileSync(events());
  bytes.fill(0xa5, 4096, bytes.length - 4096);
  writeFileSync(events(), bytes);
  const { code, stderr } = await place.rapport('show', 'c-1');
  expect(code).toBe(2);
  expect(stderr).toMatch(/events\.sqlite is damaged/);
});

test('a file that is no store is not taken for one', async () => {
  await fill();
  writeFileSync(events(), 'This is a shopping list: tea, milk, bread. '.repeat(200));
  expect(await place.rapport('show', 'c-1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not a Rapport store'),
  });
});

test('a truncated ruleset is in nobody’s way, named by verify with its file, and made again', async () => {
  await fill();
  const name = readdirSync(place.path('rapport-data/rulesets')).find((one) => one.endsWith('.json'))!;
  truncateSync(place.path(`rapport-data/rulesets/${name}`), 100);
  expect(await place.rapport('show', 'c-1')).toMatchObject({ code: 0 });
  expect(await place.rapport('verify')).toMatchObject({ code: 1, stdout: expect.stringContaining(name) });
  expect(await place.rapport('rebuild')).toMatchObject({ code: 0, stderr: expect.stringContaining(name) });
  expect(await place.rapport('verify')).toMatchObject({ code: 0 });
});

test('what somebody altered in the log is found by verify', async () => {
  await fill();
  const db = new Database(events());
  const { name } = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%occurred%'")
    .get()!;
  const columns = db.prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${name}')`).all();
  const occurred = columns.find((one) => one.name.startsWith('occurred'))!.name;
  db.exec(`UPDATE ${name} SET ${occurred} = ${occurred} - 86400000 WHERE rowid = 7`);
  db.close();
  const { code, stdout } = await place.rapport('verify', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ sound: false });
  expect(JSON.parse(stdout).log.problems.length).toBeGreaterThan(0);
});

test('two imports into one store: one works, the other says why not; questions are answered meanwhile', async () => {
  await fill();
  place.write('large.ndjson', many(40_000));
  const first = place.start(['import', 'large.ndjson', '--as', 'touchpoints', '--json']);
  // The lock's file says who holds it, once it is held.
  const holder = (): unknown => {
    const db = new Database(`${events()}-writer`, { readonly: true });
    try {
      return db.pragma('user_version', { simple: true });
    } finally {
      db.close();
    }
  };
  await eventually(() => holder() === first.child.pid);
  const second = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints');
  const question = await place.rapport('show', 'c-1', '--json');
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(`is being written by process ${first.child.pid}`);
  expect(JSON.parse(question.stdout)).toMatchObject({ customer: 'c-1' });
  expect((await first.outcome).code).toBe(0);
});

test('Ctrl-C in the middle of an import says how to go on, and going on adds exactly the rest', async () => {
  place.write('large.ndjson', many(40_000));
  const { child, outcome } = place.start(['import', 'large.ndjson', '--as', 'touchpoints', '--json']);
  const recorded = (): number => {
    if (!existsSync(events())) return 0;
    try {
      const db = new Database(events(), { readonly: true });
      try {
        return Number(
          db.prepare("SELECT ifnull(sum(events), 0) FROM categories WHERE name = 'customer'").pluck().get(),
        );
      } finally {
        db.close();
      }
    } catch {
      // The store is just being made.
      return 0;
    }
  };
  await eventually(() => recorded() !== 0);
  child.kill('SIGINT');
  const stopped = await outcome;
  expect(stopped.code).toBe(130);
  expect(stopped.stdout).toBe('');
  expect(stopped.stderr).toMatch(/run the same command again/);
  const before = recorded();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(40_000);
  const resumed = JSON.parse((await place.rapport('import', 'large.ndjson', '--as', 'touchpoints', '--json')).stdout);
  expect(resumed).toMatchObject({ recorded: 40_000 - before, duplicates: before });
  expect((await place.rapport('verify')).code).toBe(0);
});

test('a directory that may not be written is named', async () => {
  place.write('x.ndjson', line({}));
  place.write('taken', 'a file');
  const { code, stderr } = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--data', 'taken');
  expect(code).toBe(2);
  expect(stderr).toContain('taken');
  chmodSync(place.path('taken'), 0o600);
});
