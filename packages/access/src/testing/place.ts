import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../access';
import type { Clock } from '../clock';
import { type AccessOptions, openAccess } from '../open-access';

/** A clock that stands where it is put. */
export interface TestClock extends Clock {
  pass(milliseconds: number): void;
}

export const testClock = (start = Date.UTC(2026, 0, 1)): TestClock => {
  let now = start;
  return {
    now: () => now,
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
};

/** A folder of its own, and whatever is opened in it. */
export const accessPlace = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-access-'));
  const path = join(folder, 'data', 'access.sqlite');
  const opened: Access[] = [];
  return {
    folder,
    path,
    open: async (options: Partial<AccessOptions> = {}): Promise<Access> => {
      const access = await openAccess({ path, ...options });
      opened.push(access);
      return access;
    },
    remove: async (): Promise<void> => {
      for (const access of opened) await access.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const bearer = (credentials: string): string => `Bearer ${credentials}`;
