import { testClock } from '@rapport/engine/testing';
import { eventually } from '@rapport/runtime/testing';
import fc from 'fast-check';
import { left, right } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { readSse, type SseEvent, type SseReader } from '../testing/sse-reader';
import { type StreamServer, type StreamServerOptions, streamServer } from '../testing/stream-server';

let server: StreamServer;
const readers: SseReader[] = [];

const serve = async (options: StreamServerOptions = {}): Promise<void> => {
  server = await streamServer(options);
};

const read = async (...[query, options]: readonly [string?, Parameters<typeof readSse>[1]?]): Promise<SseReader> => {
  const reader = await readSse(server.url(query), options);
  readers.push(reader);
  return reader;
};

const idsOf = (events: readonly SseEvent[]): readonly string[] =>
  events.map(({ data }) => (JSON.parse(data) as { readonly id: string }).id);

const recordedIds = async (): Promise<readonly string[]> => (await server.recorded()).map(({ event }) => event.id);

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  await server.close();
});

describe('a stream of stage changes', () => {
  it('begins with what is recorded from now on, and says at once that it is open and where', async () => {
    await serve();
    await server.record(5);
    const end = await server.log.head();
    const reader = await read();
    await reader.until(() => reader.lastEventId() !== undefined);
    expect(reader.lastEventId()).toBe(end);
    expect(reader.text()).toBe(`: heartbeat 15000\nretry: 1000\n: cursor ${end}\nid: ${end}\n\n`);
    await server.record(2);
    await reader.until(() => reader.events.length === 2);
    expect(idsOf(reader.events)).toEqual((await recordedIds()).slice(5));
  });

  it('carries the CloudEvent, its type as the type of the event and the cursor as its id', async () => {
    await serve();
    const reader = await read();
    await server.record(1);
    await reader.until(() => reader.events.length === 1);
    const [{ cursor, event }] = await server.recorded();
    expect(reader.events).toEqual([{ id: cursor, event: 'relationship.stageChanged.v1', data: JSON.stringify(event) }]);
  });

  it('is not stored or held back on its way, and keeps the headers of the hooks', async () => {
    await serve();
    const { response } = await read();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers['content-encoding']).toBeUndefined();
  });

  it.each(['?after=', '?after=start'])('begins with the log for %s', async (query) => {
    await serve();
    await server.record(3);
    const reader = await read(query);
    await reader.until(() => reader.events.length === 3);
    expect(idsOf(reader.events)).toEqual(await recordedIds());
  });

  it('gives a reader of an empty log a place to come back to', async () => {
    await serve();
    const first = await read();
    await first.until(() => first.lastEventId() !== undefined);
    first.leave();
    await server.record(2);
    const second = await read('', { lastEventId: first.lastEventId() });
    await second.until(() => second.events.length === 2);
  });

  it('goes on after Last-Event-ID, which wins over the query', async () => {
    await serve();
    await server.record(10);
    const [changes, ids] = [await server.recorded(), await recordedIds()];
    const reader = await read(`?after=${changes[1].cursor}`, { lastEventId: changes[6].cursor });
    await reader.until(() => reader.events.length === 3);
    expect(idsOf(reader.events)).toEqual(ids.slice(7));
    const other = await read(`?after=${changes[8].cursor}`);
    await other.until(() => other.events.length === 1);
    expect(idsOf(other.events)).toEqual(ids.slice(9));
  });

  it('hands over every change exactly once, wherever connections break', async () => {
    await serve({ sse: { slowReaderBytes: 400 } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ recorded: fc.nat(30), heard: fc.nat(30) }), { minLength: 1, maxLength: 8 }),
        async (legs) => {
          const begin = (await server.log.head()) ?? 'start';
          const before = (await recordedIds()).length;
          const heard: string[] = [];
          let cursor = begin as string;
          for (const { recorded, heard: most } of legs) {
            await server.record(recorded);
            const reader = await readSse(server.url(), { lastEventId: cursor });
            const there = (await recordedIds()).length - before - heard.length;
            await reader.until(() => reader.events.length >= Math.min(most, there));
            reader.leave();
            await reader.ended;
            heard.push(...idsOf(reader.events));
            cursor = reader.lastEventId() ?? cursor;
          }
          const rest = (await recordedIds()).length - before - heard.length;
          const last = await readSse(server.url(), { lastEventId: cursor });
          await last.until(() => last.events.length >= rest);
          last.leave();
          expect([...heard, ...idsOf(last.events)]).toEqual((await recordedIds()).slice(before));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives only what is asked for', async () => {
    await serve();
    await server.record(2, { to: 'strengthen' });
    await server.record(2, { to: 'loyal' });
    await server.record(2, { to: 'strengthen', cause: 'merge' });
    await server.record(1, { signal: 'at-risk' });
    const byStage = await read('?after=start&stage=strengthen');
    const bySignal = await read('?after=start&signal=at-risk');
    const byCause = await read('?after=start&cause=merge,touchpoint&stage=strengthen');
    await byCause.until(() => byCause.events.length === 4);
    await bySignal.until(() => bySignal.events.length === 1);
    await byStage.until(() => byStage.events.length === 2);
    expect(bySignal.events[0].event).toBe('relationship.signalRaised.v1');
  });

  it.each([
    ['', { lastEventId: 'x' }, 'invalid-cursor'],
    ['', { lastEventId: 'fffffffffffff0' }, 'invalid-cursor'],
    ['?after=17', {}, 'invalid-cursor'],
    ['?after=fffffffffffff0', {}, 'invalid-cursor'],
    ['?cause=whim', {}, 'invalid-request'],
  ])('refuses %s %j as %s', async (query, options, kind) => {
    await serve();
    await server.record(1);
    await expect(readSse(server.url(query), options)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(`"/problems/${kind}"`),
    });
  });

  it('is not there for HEAD', async () => {
    await serve();
    expect((await server.app.inject({ method: 'HEAD', url: '/v1/stage-changes/stream' })).statusCode).not.toBe(200);
  });

  it('refuses one key more streams than it may have, until one is closed', async () => {
    await serve({ streamsPerKey: 2 });
    const first = await read();
    await read();
    await expect(read()).rejects.toMatchObject({ status: 429 });
    first.leave();
    await eventually(() => server.app.openStreams() <= 1);
    await read();
  });
});

describe('heartbeats', () => {
  it('come when nothing else does, and move on the cursor of a reader whom nothing concerned', async () => {
    const clock = testClock();
    await serve({ clock });
    await server.record(1, { to: 'loyal' });
    const reader = await read('?stage=strengthen');
    await server.record(50, { to: 'loyal' });
    const end = await server.log.head();
    clock.pass(14_999);
    expect(reader.comments.filter((comment) => comment.startsWith('cursor'))).toHaveLength(1);
    await passing(clock, 15_000, reader, () => reader.lastEventId() === end);
    expect(reader.events).toEqual([]);
    expect(reader.comments.at(-1)).toBe(`cursor ${end}`);
  });

  it('end the stream when nobody can say whether its key still stands, and nothing else', async () => {
    const clock = testClock();
    let broken = false;
    const access = {
      authenticate: async () => {
        if (broken) throw new Error('disk I/O error');
        return right({ id: 'k1' });
      },
    } as unknown as ApiEngine['access'];
    await serve({ clock, authentication: true, engine: { access } });
    const reader = await read();
    broken = true;
    await passing(clock, 15_000, reader, () => reader.events.length === 1);
    expect(reader.events[0]).toMatchObject({ event: 'disconnected', data: '{"reason":"failed"}' });
    broken = false;
    expect((await read()).response.statusCode).toBe(200);
  });

  it('end the stream of a key that was revoked', async () => {
    const clock = testClock();
    let revoked = false;
    const access = {
      authenticate: async () => (revoked ? left({ kind: 'invalid', reason: 'revoked' }) : right({ id: 'k1' })),
    } as unknown as ApiEngine['access'];
    await serve({ clock, authentication: true, engine: { access } });
    const reader = await read();
    revoked = true;
    await passing(clock, 15_000, reader, () => reader.events.length === 1);
    expect(reader.events[0]).toMatchObject({ event: 'disconnected', data: '{"reason":"unauthorized"}' });
    await reader.ended;
  });
});

describe('a reader that does not read', () => {
  it.each([
    ['told the reason when it reads again', true],
    ['cut off when it does not even take the reason', false],
  ])('is disconnected, %s, and misses nothing', async (_, readsAgain) => {
    const clock = testClock();
    await serve({ clock, sse: { slowReaderBytes: 100_000, patienceMilliseconds: 5_000 } });
    const disconnected = jest.spyOn(server.engine.telemetry.metrics, 'subscriberDisconnected');
    const slow = await read('', { paused: true });
    // More than the buffers of the system take.
    for (let i = 0; i < 100; i++) await server.record(100, { padding: 2_000 });
    await eventually(async () => clock.awaited().length >= 2);
    const quick = await read('?after=start');
    await quick.until(() => quick.events.length === 10_000);
    expect(server.app.openStreams()).toBe(2);
    clock.pass(5_000);
    if (readsAgain) slow.response.resume();
    await eventually(() => server.app.openStreams() !== 2);
    expect(disconnected.mock.calls).toEqual([['slow']]);
    slow.response.resume();
    await slow.ended;
    const got = slow.events.filter(({ event }) => event !== 'disconnected');
    expect(slow.events.at(-1)?.data === '{"reason":"slow"}').toBe(readsAgain);
    expect(got.length).toBeLessThan(10_000);
    const again = await read('', { lastEventId: slow.lastEventId() });
    await again.until(() => got.length + again.events.length === 10_000);
    expect([...idsOf(got), ...idsOf(again.events)]).toEqual(await recordedIds());
  });

  it('may be as slow as it likes while it reads', async () => {
    await serve({ sse: { slowReaderBytes: 10_000, patienceMilliseconds: 2_000 } });
    for (let i = 0; i < 20; i++) await server.record(100, { padding: 2_000 });
    const reader = await read('?after=start', { paused: true });
    while (reader.events.length < 2_000) {
      reader.response.resume();
      await new Promise(setImmediate);
      reader.response.pause();
    }
    expect(idsOf(reader.events)).toEqual(await recordedIds());
  });
});

describe('an engine that stops', () => {
  it('says so to its readers, who come back to the next one and miss nothing', async () => {
    await serve();
    const disconnected = jest.spyOn(server.engine.telemetry.metrics, 'subscriberDisconnected');
    const reader = await read();
    await server.record(3);
    await reader.until(() => reader.events.length === 3);
    await server.close();
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({ event: 'disconnected', data: '{"reason":"stopping"}' });
    expect(disconnected.mock.calls).toEqual([['stopping']]);
    const { log } = server;
    await serve({ log });
    await server.record(2);
    const next = await read('', { lastEventId: reader.lastEventId() });
    await next.until(() => next.events.length === 2);
  });
});

describe('many readers', () => {
  it('all hear everything, in the order of the log, each change made into text once', async () => {
    await serve();
    const hundred = await Promise.all(Array.from({ length: 100 }, () => read('?after=start')));
    const stringify = jest.spyOn(JSON, 'stringify');
    for (let i = 0; i < 50; i++) await server.record(20);
    await Promise.all(hundred.map((reader) => reader.until(() => reader.events.length === 1_000)));
    const made = stringify.mock.calls.filter(([value]) => (value as { specversion?: string })?.specversion === '1.0');
    stringify.mockRestore();
    expect(made).toHaveLength(1_000);
    const ids = await recordedIds();
    for (const reader of hundred) expect(idsOf(reader.events)).toEqual(ids);
  });
});

/** Lets heartbeats come until something holds: a reader may be a moment behind what was written to it. */
const passing = async (
  clock: ReturnType<typeof testClock>,
  milliseconds: number,
  reader: SseReader,
  condition: () => boolean,
): Promise<void> => {
  let over = false;
  const held = reader.until(condition).finally(() => {
    over = true;
  });
  held.catch(() => undefined);
  while (!over) {
    clock.pass(milliseconds);
    await new Promise(setImmediate);
  }
  await held;
};
