import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadModel } from '../read-model';
import { queryContract } from '../testing/query-contract';
import { CONTRACT_FACTORS } from '../testing/read-model-contract';
import { at, relationship, saveOf } from '../testing/samples';
import { openReadModelFileOnThread } from './read-model-on-thread';
import { openSqliteReadModel } from './sqlite-read-model';

const folder = mkdtempSync(join(tmpdir(), 'rapport-reading-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
let path: string;
let writer: ReadModel;
let reader: ReadModel;

beforeEach(async () => {
  path = join(folder, `model-${files++}.sqlite`);
  writer = await openSqliteReadModel(path, { mode: 'write', factors: CONTRACT_FACTORS });
  reader = await openReadModelFileOnThread(path, CONTRACT_FACTORS);
});
afterEach(async () => {
  await reader.close();
  await writer.close();
});

describe('answers as a read model in this thread does', () => queryContract(() => ({ ...reader, save: writer.save })));

test('answers many at once, each its own question', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => `c${i}`);
  await writer.save(
    ids.map((id) => saveOf(relationship(id))),
    at(1),
  );
  const loaded = await Promise.all(ids.map((id) => reader.load([id])));
  expect(loaded.map(([one]) => one?.customer)).toEqual(ids);
});

test('is for reading only', async () => {
  await expect(reader.save([], at(1))).rejects.toThrow(/reading only/);
});

test('a file that is not there is told as such', async () => {
  await expect(openReadModelFileOnThread(join(folder, 'nothing'), {})).rejects.toMatchObject({
    name: 'StoreError',
    kind: 'missing',
  });
});

test('closed twice it is closed, and a question to it is refused', async () => {
  await reader.close();
  await reader.close();
  await expect(reader.population()).rejects.toThrow(/is closed/);
});
