import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadModel } from '../read-model';
import { at, relationship, saveOf } from '../testing/samples';
import { openSqliteReadModel } from './sqlite-read-model';
import { switchIn } from './switch-in';

const factors = {};
let folder: string;
let live: string;
let next: string;
const opened: ReadModel[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-read-model-'));
  live = join(folder, 'read-model.sqlite');
  next = join(folder, 'read-model.sqlite-next');
});
afterEach(async () => {
  for (const model of opened.splice(0)) await model.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (path: string, options: { mode: 'read' | 'write'; bulk?: boolean }) => {
  const model = await openSqliteReadModel(path, { factors, ...options });
  opened.push(model);
  return model;
};

const build = async (customer: string, position: number): Promise<void> => {
  const model = await open(next, { mode: 'write', bulk: true });
  await model.save([saveOf(relationship(customer))], at(position));
  await model.finish();
  await model.close();
};

const customersOf = async (model: ReadModel) => (await model.customers({})).customers.map((one) => one.customer);

describe('a bulk build', () => {
  test('is a model like any other when finished', async () => {
    const model = await open(next, { mode: 'write', bulk: true });
    await model.save([saveOf(relationship('ann'))], at(1));
    await model.save([saveOf(relationship('ann', { stage: 'friend' })), saveOf(relationship('bob'))], at(2));
    await model.finish();
    await model.finish();
    const reader = await open(next, { mode: 'read' });
    expect(await reader.population()).toEqual({ acquaintance: 1, friend: 1 });
    await model.save([saveOf(relationship('eve'))], at(3));
    expect(await customersOf(reader)).toEqual(['ann', 'bob', 'eve']);
    expect(await reader.checkpoint()).toEqual(at(3));
  });

  test('has the indexes of a model that was not built in bulk', async () => {
    const indexes = async (path: string, bulk: boolean) => {
      const model = await openSqliteReadModel(path, { mode: 'write', factors, bulk });
      await model.finish();
      await model.close();
      const { default: Database } = await import('better-sqlite3');
      const db = new Database(path, { readonly: true });
      const found = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name").all();
      db.close();
      return found;
    };
    expect(await indexes(next, true)).toEqual(await indexes(live, false));
  });

  test('replaces what an earlier build left at its path', async () => {
    await build('ann', 1);
    await build('bob', 2);
    expect(await customersOf(await open(next, { mode: 'read' }))).toEqual(['bob']);
  });

  test('cannot be finished after a save that failed', async () => {
    const model = await open(next, { mode: 'write', bulk: true });
    const unfit = { ...at(1), position: null as unknown as string };
    await expect(model.save([saveOf(relationship('ann'))], unfit)).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_NOTNULL',
    });
    await expect(model.finish()).rejects.toThrow('not open');
    await model.close();
    await expect(open(next, { mode: 'read' })).rejects.toMatchObject({ kind: 'not-a-store' });
  });

  test('that was not finished is no read model, and is not switched in', async () => {
    const model = await open(next, { mode: 'write', bulk: true });
    await model.save([saveOf(relationship('ann'))], at(1));
    await model.close();
    await expect(open(next, { mode: 'read' })).rejects.toMatchObject({ kind: 'not-a-store' });
    expect(() => switchIn(next, live)).toThrow(expect.objectContaining({ kind: 'not-a-store' }));
    expect(existsSync(live)).toBe(false);
  });
});

describe('switching in', () => {
  test('gives the first model its place', async () => {
    await build('ann', 1);
    switchIn(next, live);
    expect(existsSync(next)).toBe(false);
    expect(await customersOf(await open(live, { mode: 'read' }))).toEqual(['ann']);
  });

  test.each(['a file', 'a link to an earlier build'])(
    'readers of %s go on with it, new ones see the new',
    async (kind) => {
      if (kind === 'a file') {
        const first = await open(live, { mode: 'write' });
        await first.save([saveOf(relationship('old'))], at(1));
        await first.close();
      } else {
        await build('old', 1);
        switchIn(next, live);
      }
      const before = await open(live, { mode: 'read' });
      const writer = await open(live, { mode: 'write' });
      await writer.save([saveOf(relationship('older'))], at(2));
      await writer.close();
      expect(await customersOf(before)).toEqual(['old', 'older']);

      await build('new', 3);
      switchIn(next, live);
      const after = await open(live, { mode: 'read' });
      const newWriter = await open(live, { mode: 'write' });
      await newWriter.save([saveOf(relationship('newer'))], at(4));
      expect(await customersOf(after)).toEqual(['new', 'newer']);
      expect(await customersOf(before)).toEqual(['old', 'older']);
      expect(await before.checkpoint()).toEqual(at(2));
    },
  );

  test('keeps one replaced model and removes those before it', async () => {
    for (let i = 1; i <= 4; i++) {
      await build(`customer-${i}`, i);
      switchIn(next, live);
    }
    const models = readdirSync(folder).filter((file) => /\.[0-9a-f]{12}$/.test(file));
    expect(models).toHaveLength(2);
    expect(models).toContain(realpathSync(live).slice(folder.length + 1));
    expect(lstatSync(live).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).filter((file) => file.endsWith('-link'))).toEqual([]);
  });

  test('is refused while the live model is being written', async () => {
    const writer = await open(live, { mode: 'write' });
    await writer.save([saveOf(relationship('ann'))], at(1));
    await build('bob', 2);
    expect(() => switchIn(next, live)).toThrow(expect.objectContaining({ kind: 'locked' }));
    expect(await customersOf(await open(live, { mode: 'read' }))).toEqual(['ann']);
    await writer.close();
    switchIn(next, live);
    expect(await customersOf(await open(live, { mode: 'read' }))).toEqual(['bob']);
  });

  test('takes along what was saved after the build was finished, and waits for nobody who has it open', async () => {
    const model = await open(next, { mode: 'write', bulk: true });
    await model.finish();
    await model.save([saveOf(relationship('ann'))], at(1));
    const reader = await open(next, { mode: 'read' });
    await model.close();
    expect(() => switchIn(next, live)).toThrow(expect.objectContaining({ kind: 'locked' }));
    await reader.close();
    switchIn(next, live);
    expect(await customersOf(await open(live, { mode: 'read' }))).toEqual(['ann']);
  });

  test('without a build says so', () => {
    expect(() => switchIn(next, live)).toThrow(expect.objectContaining({ kind: 'missing' }));
  });

  test('a reader cannot save', async () => {
    await (await open(live, { mode: 'write' })).close();
    const reader = await open(live, { mode: 'read' });
    await expect(reader.save([], at(1))).rejects.toThrow('open for reading only');
  });

  test('a second writer of a model is refused', async () => {
    await open(live, { mode: 'write' });
    await expect(open(live, { mode: 'write' })).rejects.toMatchObject({ kind: 'locked' });
  });
});
