import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccess } from '@rapport/access';
import { keepFirstKey, keyReport } from './first-key';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-first-key-'));
  file = join(folder, 'first-key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the file is its owner’s alone whatever the mask, also where another lay there before', () => {
  writeFileSync(file, 'old', { mode: 0o666 });
  chmodSync(file, 0o666);
  const mask = process.umask(0);
  keepFirstKey(file, 'rapport_x_y');
  process.umask(mask);
  expect(readFileSync(file, 'utf8')).toBe('rapport_x_y\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['first-key']);
});

test('a key that cannot be kept is not made: the next start makes one', async () => {
  const access = await openAccess({ path: join(folder, 'access.sqlite') });
  const nowhere = join(folder, 'missing', 'first-key');
  await expect(access.firstKey((secret) => keepFirstKey(nowhere, secret))).rejects.toThrow(
    `The first key cannot be kept in ${nowhere}`,
  );
  expect(await access.keys()).toEqual([]);
  const made = await access.firstKey((secret) => keepFirstKey(file, secret));
  expect(readFileSync(file, 'utf8').trim()).toBe(made?.secret);
  await access.close();
});

test('what keys there are is told, and that there is none to administer with', async () => {
  const access = await openAccess({ path: join(folder, 'access.sqlite') });
  const report = async () => keyReport(await access.keys(), file, { madeNow: false, now: Date.now() });
  await access.createKey({ name: 'shop', roles: ['ingest'] });
  expect(await access.firstKey()).toBeUndefined();
  expect(await report()).toEqual({
    valid: 1,
    admins: 0,
    advice: [expect.stringMatching(/^No valid key has the role admin.*rapport keys create NAME --role admin$/)],
  });
  const { key } = await access.createKey({ name: 'ada', roles: ['admin'] });
  expect(await report()).toEqual({ valid: 2, admins: 1, advice: [] });
  await access.revokeKey(key.id);
  expect((await report()).admins).toBe(0);
  await access.close();
});

test('a first key that still lies there is told of at each start', () => {
  writeFileSync(file, 'x');
  const { advice } = keyReport([], file, { madeNow: false, now: 0 });
  expect(advice.at(-1)).toContain(`still lies in ${file}`);
  expect(existsSync(file)).toBe(true);
});
