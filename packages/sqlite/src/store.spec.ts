import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { acquireWriter, asStoreError, atStore, openStore, StoreError, type StoreOptions } from './index';

const FIRST = 'CREATE TABLE notes (no INTEGER PRIMARY KEY, text TEXT)';
const V1: StoreOptions = {
  applicationId: 0x5261_7000,
  version: 1,
  migrations: [FIRST],
  mode: 'write',
  synchronous: 'off',
};
const V2: StoreOptions = { ...V1, version: 2, migrations: [FIRST, 'ALTER TABLE notes ADD COLUMN author TEXT'] };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-sqlite-'));
  path = join(folder, 'deep', 'notes.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const problemOf = (operation: () => unknown): StoreError => {
  try {
    operation();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('Expected a StoreError, but it worked.');
};

const fill = (rows: number): void => {
  const store = openStore(path, V1);
  const insert = store.db.prepare('INSERT INTO notes (text) VALUES (?)');
  store.db.transaction(() => {
    for (let i = 0; i < rows; i++) insert.run(`note ${i} `.repeat(20));
  })();
  store.close();
};

describe('opening a store', () => {
  test('writing creates the file and its folder, marks it and sets it up', () => {
    const store = openStore(path, { ...V1, synchronous: 'full' });
    expect(store.db.pragma('application_id', { simple: true })).toBe(0x5261_7000);
    expect(store.db.pragma('user_version', { simple: true })).toBe(1);
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(store.db.pragma('synchronous', { simple: true })).toBe(2);
    expect(store.db.pragma('foreign_keys', { simple: true })).toBe(1);
    store.close();
    store.close();
  });

  test('a new file is for its owner alone, and so is what SQLite puts beside it; the mode of an older one stays', () => {
    const store = openStore(path, V1);
    store.db.exec("INSERT INTO notes (text) VALUES ('a')");
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
    store.close();
    chmodSync(path, 0o640);
    openStore(path, V1).close();
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('migrations run in order from where the file stands, and keep what is there', () => {
    fill(3);
    const store = openStore(path, V2);
    expect(store.db.prepare('SELECT count(*) n, count(author) a FROM notes').get()).toEqual({ n: 3, a: 0 });
    store.close();
  });

  test('a migration that fails leaves the store as it was', () => {
    fill(3);
    const broken = { ...V2, migrations: [FIRST, 'ALTER TABLE notes ADD COLUMN author TEXT; SELECT nonsense'] };
    expect(() => openStore(path, broken)).toThrow(/nonsense/);
    const store = openStore(path, V1);
    expect(store.db.prepare('SELECT * FROM notes LIMIT 1').get()).not.toHaveProperty('author');
    store.close();
  });

  test('reading creates nothing', () => {
    expect(problemOf(() => openStore(path, { ...V1, mode: 'read' }))).toMatchObject({ kind: 'missing', path });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('reading changes nothing, and an older version is said to need migration', () => {
    fill(3);
    const before = readFileSync(path);
    const error = problemOf(() => openStore(path, { ...V2, mode: 'read' }));
    expect(error.kind).toBe('needs-migration');
    expect(error.message).toContain(path);
    const store = openStore(path, { ...V1, mode: 'read' });
    expect(problemOf(() => atStore(path, () => store.db.exec('DELETE FROM notes'))).kind).toBe('unwritable');
    store.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a file from a newer program is left alone', () => {
    openStore(path, V2).close();
    expect(problemOf(() => openStore(path, V1))).toMatchObject({ kind: 'newer-version', path });
    expect(problemOf(() => openStore(path, { ...V1, mode: 'read' })).message).toMatch(/version 2.*up to 1/);
  });

  test.each(['write', 'read'] as const)("someone else's database is not a store and stays as it was (%s)", (mode) => {
    mkdirSync(join(folder, 'deep'));
    const other = new Database(path);
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    const before = readFileSync(path);
    expect(problemOf(() => openStore(path, { ...V1, mode })).kind).toBe('not-a-store');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a text file and a folder are not stores', () => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(path, 'Dear customer, '.repeat(1000));
    expect(problemOf(() => openStore(path, V1)).kind).toBe('not-a-store');
    expect(problemOf(() => openStore(folder, V1)).kind).toBe('not-a-store');
  });

  test('a truncated file is damaged', () => {
    fill(2_000);
    truncateSync(path, 20_000);
    expect(problemOf(() => openStore(path, V1)).kind).toBe('damaged');
    expect(problemOf(() => openStore(path, { ...V1, mode: 'read' })).kind).toBe('damaged');
  });

  test('bytes overwritten in the middle are found as damage where they are read', () => {
    fill(2_000);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(8_192, 0x5a), 0, 8_192, 40_960);
    closeSync(file);
    const error = problemOf(() => {
      const store = openStore(path, { ...V1, mode: 'read' });
      try {
        atStore(path, () => store.db.prepare('SELECT sum(length(text)) FROM notes').get());
      } finally {
        store.close();
      }
    });
    expect(error).toMatchObject({ kind: 'damaged', path });
  });

  test('a full disk refuses one transaction and leaves the store usable', () => {
    const store = openStore(path, V1);
    const insert = store.db.prepare('INSERT INTO notes (text) VALUES (?)');
    const many = store.db.transaction(() => {
      for (let i = 0; i < 1_000; i++) insert.run('x'.repeat(200));
    });
    store.db.pragma('max_page_count = 10');
    expect(problemOf(() => atStore(path, () => many())).kind).toBe('full');
    expect(store.db.prepare('SELECT count(*) n FROM notes').get()).toEqual({ n: 0 });
    store.db.pragma('max_page_count = 100000');
    many();
    expect(store.db.prepare('SELECT count(*) n FROM notes').get()).toEqual({ n: 1_000 });
    store.close();
  });

  test('only who reads what was there maps the file: the others would map it anew whenever it grows', () => {
    fill(3);
    const mapped = (mode: StoreOptions['mode']): boolean => {
      const store = openStore(path, { ...V1, mode });
      const bytes = Number(store.db.pragma('mmap_size', { simple: true }));
      store.close();
      return bytes > 0;
    };
    expect([mapped('read'), mapped('follow'), mapped('write')]).toEqual([true, false, false]);
  });

  test('readers see what was committed while one writes', () => {
    const writer = openStore(path, V1);
    const readers = (['read', 'follow', 'follow'] as const).map((mode) => openStore(path, { ...V1, mode }));
    const counts = () => readers.map(({ db }) => db.prepare('SELECT count(*) FROM notes').pluck().get());
    writer.db.exec("BEGIN IMMEDIATE; INSERT INTO notes (text) VALUES ('a')");
    expect(counts()).toEqual([0, 0, 0]);
    writer.db.exec('COMMIT');
    expect(counts()).toEqual([1, 1, 1]);
    for (const store of [writer, ...readers]) store.close();
  });
});

describe('errors', () => {
  test.each([
    ['SQLITE_NOTADB', 'not-a-store'],
    ['SQLITE_CORRUPT_INDEX', 'damaged'],
    ['SQLITE_FULL', 'full'],
    ['SQLITE_READONLY_DIRECTORY', 'unwritable'],
    ['SQLITE_IOERR_WRITE', 'full'],
    ['SQLITE_IOERR_FSYNC', 'unwritable'],
    ['EFBIG', 'full'],
    ['SQLITE_IOERR_READ', 'damaged'],
    ['SQLITE_BUSY_SNAPSHOT', 'locked'],
    ['SQLITE_CANTOPEN', 'missing'],
    ['ENOSPC', 'full'],
    ['EACCES', 'unwritable'],
  ])('%s is %s', (code, kind) => {
    const cause = new Database.SqliteError('as SQLite says it', code);
    expect(asStoreError(cause, '/nowhere/x')).toMatchObject({ name: 'StoreError', kind, path: '/nowhere/x', cause });
  });

  test('a defect stays what it is', () => {
    const defect = new Database.SqliteError('near "SELEC"', 'SQLITE_ERROR');
    expect(asStoreError(defect, path)).toBe(defect);
    expect(asStoreError('thrown text', path)).toBe('thrown text');
  });
});

describe('the writer', () => {
  test('there is one; a second is told who holds it; a released lock can be taken', () => {
    const first = acquireWriter(path);
    // Whoever may read the file may hold a lock on it.
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    expect(problemOf(() => acquireWriter(path))).toMatchObject({ kind: 'locked', path });
    expect(problemOf(() => acquireWriter(path)).message).toContain(`process ${process.pid};`);
    first.release();
    first.release();
    const second = acquireWriter(path);
    expect(problemOf(() => acquireWriter(path)).kind).toBe('locked');
    second.release();
  });

  test('a process that was killed holds nothing', () => {
    const script = `
      const Database = require('better-sqlite3');
      const db = new Database(process.argv[1], { timeout: 0 });
      db.exec('BEGIN IMMEDIATE');
      process.kill(process.pid, 'SIGKILL');`;
    acquireWriter(path).release();
    expect(() => execFileSync(process.execPath, ['-e', script, `${path}-writer`], { stdio: 'ignore' })).toThrow();
    expect(existsSync(`${path}-writer`)).toBe(true);
    acquireWriter(path).release();
  });
});
