import type { JsonObject } from '@rapport/domain';
import { type AppendRequest, type EventLog, memoryEventLog, relationshipStream } from '@rapport/event-log';
import { aborted } from '@rapport/runtime';
import { eventually } from '@rapport/runtime/testing';
import { createChangeFeed } from './change-feed';
import type { Announcement } from './change-page';

const decision = (customer: string, sequence: number): AppendRequest => {
  const data: JsonObject = {
    from: null,
    to: 'active',
    direction: 'up',
    cause: 'touchpoint',
    ruleset: { name: 'retail', version: 1, hash: 'abc' },
    because: [],
    factors: {},
    signals: [],
    sequence,
    foldedUpTo: '00000000000001',
    asOf: '2026-01-01T00:00:00.000Z',
  };
  const event = {
    source: 'rapport',
    id: `${customer}-${sequence}`,
    type: 'relationship.stageChanged',
    occurredAt: 0,
    data,
  };
  return { stream: relationshipStream(customer), expected: 'any', events: [event] };
};

describe('one change is found again', () => {
  test('by its customer and cursor, whether it was recorded before the feed began or after', async () => {
    const log = memoryEventLog();
    await log.appendMany([decision('a', 1), decision('b', 1), decision('a', 2)]);
    const feed = createChangeFeed(log);
    const { cursor } = await feed.read({ limit: 1 });
    await log.appendMany([decision('b', 2), decision('a', 3)]);
    const { changes } = await feed.read({ after: cursor, limit: 10 });
    for (const change of changes) expect(await feed.find(change.event.subject, change.cursor)).toEqual(change);
    expect(changes.map(({ event }) => event.id)).toEqual(['b-1', 'a-2', 'b-2', 'a-3']);
    await feed.close();
  });

  test('not under another customer, and not where there is none', async () => {
    const log = memoryEventLog();
    await log.appendMany([decision('a', 1), decision('b', 1)]);
    const feed = createChangeFeed(log);
    const [first] = (await feed.read({ limit: 1 })).changes;
    expect(await feed.find('b', first.cursor)).toBeUndefined();
    expect(await feed.find('nobody', first.cursor)).toBeUndefined();
    await feed.close();
    await expect(feed.find('b', first.cursor)).rejects.toThrow();
  });
});

test('a follower sees every change as it comes, however the recording falls between its readings', async () => {
  const log = memoryEventLog();
  const feed = createChangeFeed(log);
  const ending = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { changes } of feed.follow({ signal: ending.signal })) {
      seen.push(...changes.map(({ event }) => event.id));
      if (seen.length === 200) ending.abort();
    }
  })();
  for (let n = 1; n <= 200; n++) {
    await log.appendMany([decision('a', n)]);
    for (let ticks = n % 7; ticks > 0; ticks--) await null;
  }
  await following;
  expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => `a-${i + 1}`));
  await feed.close();
});

test('a log that cannot be read for a while is read on, and meanwhile no reader is given an empty page', async () => {
  const log = memoryEventLog();
  let readable = true;
  async function* unlessFailing<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const page of pages) {
      if (!readable) throw new Error('disk I/O error');
      yield page;
    }
  }
  const failing: EventLog = {
    ...log,
    subscribeAll: (options) => unlessFailing(log.subscribeAll(options)),
    readAll: (options) => unlessFailing(log.readAll(options)),
  };
  const feed = createChangeFeed(failing, { retryMilliseconds: 1 });
  await log.appendMany([decision('a', 1)]);
  const [{ cursor }] = (await feed.read({ limit: 1 })).changes;

  readable = false;
  const { signal } = new AbortController();
  const rejected = expect(feed.follow({ after: cursor, signal })[Symbol.asyncIterator]().next()).rejects.toThrow(
    'disk I/O error',
  );
  await log.appendMany([decision('a', 2)]);
  await rejected;
  expect(feed.problem()).toBe('changes cannot be read from the log: disk I/O error');
  await expect(feed.read({ after: cursor, limit: 1 })).rejects.toThrow('disk I/O error');

  readable = true;
  await eventually(() => feed.problem() === undefined);
  const again = await feed.follow({ after: cursor, signal })[Symbol.asyncIterator]().next();
  expect(again.value.changes.map(({ event }: Announcement) => event.id)).toEqual(['a-2']);
  await feed.close();
});

test('a feed that is closed while it reads back does not count as looked at what it had not read', async () => {
  const log = memoryEventLog();
  await log.appendMany([decision('a', 1), decision('b', 1)]);
  const reading = new AbortController();
  const closing: EventLog = {
    ...log,
    // Ends before its first page, as the log does when reading is given up.
    readAll: async function* ({ signal } = {}) {
      reading.abort();
      if (signal !== undefined) await aborted(signal);
      yield* [];
    },
  };
  const feed = createChangeFeed(closing);
  const looked: unknown[] = [];
  const pages = feed.follow({ signal: new AbortController().signal, looked: (cursor) => looked.push(cursor) });
  const next = pages[Symbol.asyncIterator]().next();
  await aborted(reading.signal);
  await feed.close();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(looked).toEqual([]);
});

describe('a text as a cursor', () => {
  test('is one that the log gave, up to its end', async () => {
    const log = memoryEventLog();
    await log.appendMany([decision('a', 1), decision('a', 2)]);
    const feed = createChangeFeed(log);
    const cursors = (await feed.read({ limit: 2 })).changes.map(({ cursor }) => cursor);
    for (const cursor of cursors) expect(await feed.cursorOf(cursor)).toBe(cursor);
    for (const text of ['', 'zzz', 'ffffffffffffff']) expect(await feed.cursorOf(text)).toBeUndefined();
    await feed.close();
  });

  test('is none for an empty log', async () => {
    const feed = createChangeFeed(memoryEventLog());
    expect(await feed.cursorOf('00000000000001')).toBeUndefined();
    await feed.close();
  });
});
