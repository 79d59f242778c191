import { type StreamServer, streamServer } from '@rapport/http-api/testing';
import { eventually } from '@rapport/runtime/testing';
import fc from 'fast-check';
import type { Change } from './change-event';
import { createRapportClient } from './client';
import type { CursorStore } from './cursor-store';
import type { Reconnecting, StageChangesOptions } from './stage-changes';
import { type Misbehaviour, misbehavingServer } from './testing/misbehaving-server';

const QUICK = { first: 1, longest: 20 };
const servers: { close(): Promise<void> }[] = [];

const serve = async (...options: Parameters<typeof streamServer>): Promise<StreamServer> => {
  const server = await streamServer(...options);
  servers.push(server);
  return server;
};

const misbehave = async (...options: Parameters<typeof misbehavingServer>) => {
  const server = await misbehavingServer(...options);
  servers.push(server);
  return server;
};

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Takes changes until there are so many. */
const take = async (baseUrl: string, count: number, options: StageChangesOptions = {}): Promise<readonly Change[]> => {
  const taken: Change[] = [];
  if (count === 0) return taken;
  for await (const change of createRapportClient({ baseUrl }).stageChanges({ backoff: QUICK, ...options })) {
    taken.push(change);
    if (taken.length === count) break;
  }
  return taken;
};

const memoryStore = (begin?: string): CursorStore & { readonly saved: string[] } => {
  const saved: string[] = begin === undefined ? [] : [begin];
  return {
    saved,
    load: async () => saved.at(-1),
    save: async (cursor) => {
      saved.push(cursor);
    },
  };
};

describe('a subscriber', () => {
  it('is handed what is recorded from now on', async () => {
    const server = await serve();
    await server.record(3);
    const cursorStore = memoryStore();
    const taking = take(server.baseUrl, 2, { cursorStore });
    await eventually(() => cursorStore.saved.length !== 0);
    await server.record(2);
    expect(await taking).toEqual((await server.recorded()).slice(3));
  });

  it('begins where it is told, or where its cursor store says', async () => {
    const server = await serve();
    await server.record(6);
    const changes = await server.recorded();
    expect(await take(server.baseUrl, 6, { after: 'start' })).toEqual(changes);
    expect(await take(server.baseUrl, 6, { after: '' })).toEqual(changes);
    expect(await take(server.baseUrl, 2, { after: changes[3].cursor })).toEqual(changes.slice(4));
    const cursorStore = memoryStore(changes[4].cursor);
    expect(await take(server.baseUrl, 1, { after: changes[0].cursor, cursorStore })).toEqual(changes.slice(5));
  });

  it('is handed what matches the filter', async () => {
    const server = await serve();
    await server.record(2, { to: 'loyal' });
    await server.record(2, { to: 'strengthen' });
    await server.record(1, { to: 'strengthen', cause: 'ruleset' });
    const filter = { stages: ['strengthen', 'develop'], causes: ['ruleset', 'touchpoint'] } as const;
    const taken = await take(server.baseUrl, 3, { after: 'start', filter });
    expect(taken.map(({ event }) => event.data.cause)).toEqual(['touchpoint', 'touchpoint', 'ruleset']);
  });

  it('has its cursor saved when it asks for the next change, and not before', async () => {
    const server = await serve();
    await server.record(3);
    const changes = await server.recorded();
    const cursorStore = memoryStore();
    const savedAt: (string | undefined)[] = [];
    for await (const _ of createRapportClient(server).stageChanges({ after: 'start', cursorStore })) {
      savedAt.push(cursorStore.saved.at(-1));
      if (savedAt.length === 3) break;
    }
    expect(savedAt.slice(1)).toEqual([changes[0].cursor, changes[1].cursor]);
    expect(cursorStore.saved.at(-1)).toBe(changes[1].cursor);
    expect(await take(server.baseUrl, 1, { cursorStore })).toEqual(changes.slice(2));
  });

  it('keeps its place while nothing concerns it', async () => {
    const server = await serve({ sse: { heartbeatMilliseconds: 5 } });
    const cursorStore = memoryStore();
    const leaving = new AbortController();
    const taking = take(server.baseUrl, 1, {
      filter: { stages: ['strengthen'] },
      cursorStore,
      signal: leaving.signal,
    });
    await eventually(() => cursorStore.saved.length !== 0);
    await server.record(10, { to: 'loyal' });
    const end = await server.log.head();
    await eventually(() => cursorStore.saved.at(-1) === end);
    leaving.abort();
    expect(await taking).toEqual([]);
  });

  it('outlives its server: a new one at the same address goes on', async () => {
    const first = await serve();
    await first.record(3);
    const port = Number(new URL(first.baseUrl).port);
    const reasons: string[] = [];
    const taking = take(first.baseUrl, 6, { after: 'start', onReconnect: ({ reason }) => reasons.push(reason) });
    await eventually(() => first.app.openStreams() !== 0);
    await first.close();
    const second = await serve({ port, log: first.log });
    await second.record(3);
    expect(await taking).toEqual(await second.recorded());
    expect(reasons[0]).toBe('the server disconnected: stopping');
  });

  it('ends quietly when its signal aborts, and lets go of the connection when it leaves', async () => {
    const server = await serve();
    const leaving = new AbortController();
    const taking = take(server.baseUrl, 1, { signal: leaving.signal });
    await eventually(() => server.app.openStreams() !== 0);
    leaving.abort();
    expect(await taking).toEqual([]);
    await server.record(1);
    await take(server.baseUrl, 1, { after: 'start' });
    await eventually(() => server.app.openStreams() === 0);
  });

  it('fails at once, saying why, when its cursor is none', async () => {
    const server = await serve();
    await expect(take(server.baseUrl, 1, { after: 'nonsense' })).rejects.toMatchObject({
      name: 'RapportProblem',
      status: 400,
      problem: { type: '/problems/invalid-cursor' },
      message: expect.stringContaining('Last-Event-ID'),
    });
  });
});

describe('a server that misbehaves', () => {
  it('does not keep a subscriber from being handed everything once and in order', async () => {
    const misbehaviour = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), after: fc.nat(1_500) }),
      fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(408, 429, 500, 502, 503, 504) }),
      fc.constantFrom<Misbehaviour>(
        { kind: 'refuse' },
        { kind: 'garbage', text: 'data: {"half\n\n' },
        { kind: 'garbage', text: 'id: 1\nevent: relationship.stageChanged.v1\ndata: {}\n\n' },
        { kind: 'garbage', text: '\u0000\u0001 no event stream\n\n:::\n' },
        { kind: 'page' },
        { kind: 'repeat' },
        { kind: 'hang' },
        { kind: 'unknown' },
        { kind: 'empty' },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(misbehaviour, { maxLength: 8 }), fc.integer({ min: 1, max: 7 }), async (bad, piece) => {
        const server = await misbehavingServer(20, bad, piece);
        try {
          const taken = await take(server.baseUrl, 20, { after: 'start', patience: 25 });
          expect(taken.map(({ event }) => event.id)).toEqual(server.ids);
        } finally {
          await server.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is asked again after as long as it says', async () => {
    const server = await misbehave(1, [{ kind: 'status', status: 429, retryAfter: '1' }]);
    const told: Reconnecting[] = [];
    await take(server.baseUrl, 1, { after: 'start', onReconnect: (one) => told.push(one) });
    expect(told).toHaveLength(1);
    expect(told[0].milliseconds).toBeGreaterThanOrEqual(1_000);
    expect(told[0].reason).toContain('refused with 429');
  });

  it('is asked ever more rarely while it brings nothing', async () => {
    const server = await misbehave(
      1,
      Array.from({ length: 6 }, () => ({ kind: 'page' as const })),
    );
    const told: Reconnecting[] = [];
    await take(server.baseUrl, 1, {
      after: 'start',
      backoff: { first: 2, longest: 1_000 },
      onReconnect: (one) => told.push(one),
    });
    expect(told.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told[5].milliseconds).toBeGreaterThan(told[0].milliseconds);
  });

  it('is left when it has missed three heartbeats', async () => {
    const server = await misbehave(3, [{ kind: 'silent', heartbeat: 10 }]);
    const reasons: string[] = [];
    await take(server.baseUrl, 3, { after: 'start', onReconnect: ({ reason }) => reasons.push(reason) });
    expect(reasons).toEqual(['The stream of changes has been silent for 30 ms.']);
  });

  it.each([401, 403, 404, 400])('ends the subscription when it answers %d', async (status) => {
    const server = await misbehave(1, [{ kind: 'status', status }]);
    await expect(take(server.baseUrl, 1)).rejects.toMatchObject({ name: 'RapportProblem', status });
  });
});
