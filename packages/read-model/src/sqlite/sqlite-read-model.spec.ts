import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_FACTORS, readModelContract } from '../testing/read-model-contract';
import { openSqliteReadModel } from './sqlite-read-model';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-read-model-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newPath = (): string => join(folder, `model-${files++}.sqlite`);

describe('a SQLite read model in memory', () =>
  readModelContract(() => openSqliteReadModel(':memory:', { mode: 'write', factors: CONTRACT_FACTORS })));

describe('a SQLite read model in a file', () =>
  readModelContract(() => openSqliteReadModel(newPath(), { mode: 'write', factors: CONTRACT_FACTORS })));
