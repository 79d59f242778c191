import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventLog } from '../testing/event-log-contract';
import { openSqliteEventLog } from './sqlite-event-log';

const folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let logs = 0;
describeEventLog('SQLite', () =>
  openSqliteEventLog(join(folder, `${logs++}.sqlite`), { mode: 'write', clock: () => 5_000, synchronous: 'off' }),
);
