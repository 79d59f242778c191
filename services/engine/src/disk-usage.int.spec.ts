import { mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskUsage, fileLabel } from './disk-usage';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: number): void => writeFileSync(join(folder, name), Buffer.alloc(bytes));

test.each([
  ['events.sqlite', 'events.sqlite'],
  ['events.sqlite-wal', 'events.sqlite-wal'],
  ['events.sqlite-shm', 'events.sqlite'],
  ['relationships.sqlite.a1b2', 'relationships.sqlite'],
  ['relationships.sqlite.a1b2-wal', 'relationships.sqlite-wal'],
  ['relationships.sqlite.building', 'relationships.sqlite'],
  ['cross-sell.sqlite', 'cross-sell.sqlite'],
  ['demo.json', 'other'],
])('%s is counted as %s', (name, label) => expect(fileLabel(name)).toBe(label));

test('what lies in the directory is added up by store, a link to a file is not the file once more', async () => {
  put('events.sqlite', 1_000);
  put('events.sqlite-wal', 70);
  put('relationships.sqlite.new', 300);
  put('relationships.sqlite.old', 200);
  symlinkSync('relationships.sqlite.new', join(folder, 'relationships.sqlite'));
  put('demo.json', 5);
  mkdirSync(join(folder, 'rulesets'));
  put('rulesets/a.json', 40);
  put('rulesets/b.json', 2);
  const { files, freeBytes, sizeBytes } = await diskUsage(folder)();
  const link = 'relationships.sqlite.new'.length;
  expect(Object.fromEntries(files)).toEqual({
    'events.sqlite': 1_000,
    'events.sqlite-wal': 70,
    'relationships.sqlite': 500 + link,
    rulesets: 42,
    other: 5,
  });
  const { blocks, bsize } = statfsSync(folder);
  expect(sizeBytes).toBe(blocks * bsize);
  expect(freeBytes).toBeGreaterThan(0);
  expect(freeBytes).toBeLessThanOrEqual(sizeBytes);
});

test('it is looked at again after ten seconds, and at once where it could not be looked at', async () => {
  let now = 1_000;
  const usage = diskUsage(folder, () => now);
  put('events.sqlite', 10);
  const first = await usage();
  put('events.sqlite', 20);
  now += 9_999;
  expect(await usage()).toBe(first);
  now += 1;
  expect((await usage()).files.get('events.sqlite')).toBe(20);
  rmSync(folder, { recursive: true });
  now += 10_000;
  await expect(usage()).rejects.toMatchObject({ code: 'ENOENT' });
  mkdirSync(folder);
  expect((await usage()).files.size).toBe(0);
});
