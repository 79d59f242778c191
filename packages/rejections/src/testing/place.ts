import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRejections, type RejectionsOptions } from '../open-rejections';
import type { Refused, Rejections } from '../rejections';

/** A clock that stands where it is put. */
export const testClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start;
  return {
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

/** A folder of its own, and whatever is opened in it. */
export const rejectionsPlace = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-rejections-'));
  const path = join(folder, 'data', 'rejections.sqlite');
  const opened: Rejections[] = [];
  return {
    folder,
    path,
    open: (options: Partial<RejectionsOptions> = {}): Rejections => {
      const rejections = openRejections({ path, ...options });
      opened.push(rejections);
      return rejections;
    },
    remove: (): void => {
      for (const rejections of opened) rejections.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A touchpoint whose total is a text. */
export const refused = ({
  body = '{"id":"1"}',
  ...over
}: Partial<Omit<Refused, 'body'>> & { readonly body?: string | Uint8Array } = {}): Refused => ({
  key: 'k-1',
  source: 'shop',
  touchpoint: '1',
  customer: 'c-1',
  reason: 'invalid-touchpoint',
  status: 422,
  problems: [{ field: 'data.total', pointer: '/data/total', message: 'data.total: expected a number, got "x"' }],
  route: 'POST /v1/touchpoints',
  format: 'json',
  requestId: 'r-1',
  body: () => body,
  ...over,
});
