import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, type StoreOptions } from './index';

const ASIDE: StoreOptions = {
  applicationId: 0x5261_7000,
  version: 1,
  migrations: ['CREATE TABLE notes (no INTEGER PRIMARY KEY, text TEXT)'],
  mode: 'write',
  synchronous: 'off',
  checkpoints: 'aside',
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-checkpoints-'));
  path = join(folder, 'notes.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Pages in the write-ahead log, and how many of them the file has. */
const progress = ({ db }: Store): { readonly log: number; readonly checkpointed: number } =>
  (db.pragma('wal_checkpoint(NOOP)') as [{ log: number; checkpointed: number }])[0];

/** A page and more a row, each a commit of its own. */
const writer = ({ db }: Store) => {
  const insert = db.prepare('INSERT INTO notes (text) VALUES (?)');
  const text = 'x'.repeat(4_000);
  return (rows: number): void => {
    for (let i = 0; i < rows; i++) insert.run(text);
  };
};

test('a log of many pages is copied while the store is open, and the writer begins it anew', async () => {
  const store = openStore(path, ASIDE);
  const write = writer(store);
  const allCopied = async (): Promise<void> => {
    for (;;) {
      const { log, checkpointed } = progress(store);
      if (log === checkpointed) return;
      await new Promise(setImmediate);
    }
  };
  let rows = 0;
  for (let round = 0; round < 2; round++) {
    while (progress(store).log < 8_000) {
      write(100);
      rows += 100;
    }
    await allCopied();
    write(1);
    rows++;
    expect(progress(store).log).toBeLessThan(100);
  }
  store.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const again = openStore(path, { ...ASIDE, mode: 'read', checkpoints: undefined });
  expect(again.db.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(rows);
  expect(again.db.pragma('integrity_check', { simple: true })).toBe('ok');
  again.close();
});

test('a writer that never pauses copies by itself before there is too much', () => {
  const store = openStore(path, ASIDE);
  const write = writer(store);
  let most = 0;
  for (let i = 0; i < 600; i++) {
    write(100);
    most = Math.max(most, progress(store).log);
  }
  // Twice the pages at which it begins: the thread may be at it just then.
  expect(most).toBeLessThan(64_000);
  store.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test('closing waits until the thread has let go of the file, also when it has hardly begun', () => {
  for (let round = 1; round <= 3; round++) {
    const store = openStore(path, ASIDE);
    writer(store)(10);
    store.close();
    store.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  }
});

test('a thread that cannot open the file is no obstacle', async () => {
  const store = openStore(path, ASIDE);
  // Before the thread has come to it; the writer has it open.
  rmSync(path);
  writer(store)(10);
  expect(store.db.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(10);
  store.close();
});
