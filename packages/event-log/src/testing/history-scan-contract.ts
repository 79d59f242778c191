import { ALL_BUCKETS } from '@rapport/domain';
import type { EventLog, Position, RecordedEvent } from '../event-log';
import { customerStream } from '../event-log';
import type { AllPageRequest, HistoryPages, HistoryScan, ReadStreamsOptions, StreamEvents } from '../history-scan';
import { anEvent, collect, done, ids } from './event-log-contract';

/** Sixty events of forty customers' and twenty relationships' streams. */
const record = (log: EventLog) =>
  log.appendMany(
    Array.from({ length: 60 }, (_, i) => ({
      stream: i % 3 === 0 ? `relationship-${i % 10}` : `customer-${i % 10}`,
      expected: 'any' as const,
      events: [anEvent(`e${i}`, { type: i % 2 === 0 ? 'order.completed' : 'email.opened' })],
    })),
  );

/**
 * What everything does that gives the history as a whole, as tests. Call it in a spec file of the adapter.
 *
 * @param open gives an empty log and the history of it; both are closed after each test.
 */
export const describeHistoryScan = (
  name: string,
  open: () => Promise<{ readonly log: EventLog; readonly history: HistoryScan }>,
): void => {
  describe(`${name}, a history,`, () => {
    let log: EventLog;
    let history: HistoryScan;
    let all: RecordedEvent[];
    beforeEach(async () => {
      ({ log, history } = await open());
      await record(log);
      all = await collect(log.readAll());
    });
    afterEach(() => log.close());

    const streams = (options: Partial<ReadStreamsOptions> = {}): Promise<StreamEvents[]> =>
      collect(history.readStreams({ category: 'customer', buckets: ALL_BUCKETS, ...options }));

    test('whole streams come once each, complete and in order; buckets divide them', async () => {
      const found = await streams();
      const expected = new Map<string, string[]>();
      for (const { stream, id } of all) {
        if (stream.startsWith('customer-')) expected.set(stream, [...(expected.get(stream) ?? []), id]);
      }
      expect(new Map(found.map(({ stream, events }) => [stream, ids(events)]))).toEqual(expected);
      const low = await streams({ buckets: { from: 0, to: 300 } });
      const high = await streams({ buckets: { from: 300, to: 1024 } });
      expect([...low, ...high].map(({ stream }) => stream).sort()).toEqual([...expected.keys()].sort());
    });

    test('whole streams stop at a position', async () => {
      const found = await streams({ until: all[20].position });
      const expected = all.slice(0, 21).filter(({ stream }) => stream.startsWith('customer-'));
      expect(found.flatMap(({ events }) => ids(events)).sort()).toEqual(ids(expected).sort());
    });

    test('whole streams leave out the data of types the reader does not want', async () => {
      const events = (await streams({ wantsData: (type) => type === 'email.opened' })).flatMap((s) => s.events);
      for (const { type, id, data } of events) {
        expect(data).toEqual(type === 'email.opened' ? { total: 10, orderId: id } : {});
      }
      expect(new Set(events.map(({ type }) => type)).size).toBe(2);
    });

    test('whole streams keep what an event has and what it has not: versions, staff, correlation, odd texts', async () => {
      const odd = [
        { ...anEvent('odd-1'), version: 1, staff: 's-1' },
        { ...anEvent('odd "2", [\n]'), version: 3, correlationId: 'case "9"', recordedAt: 17 },
        { ...anEvent('odd-3'), version: 1, data: { text: '"],[\u0001é日', list: [[], {}], none: null } },
      ];
      done(await log.append('customer-odd', 'none', odd));
      const read = async (lean: boolean) =>
        (await streams({ lean })).find(({ stream }) => stream === 'customer-odd')?.events;
      expect(await read(false)).toEqual(odd.map((event) => expect.objectContaining(event)));
      expect(await read(true)).toEqual(
        odd.map(({ staff, correlationId, ...event }) => expect.objectContaining({ ...event, recordedAt: 0 })),
      );
      expect((await read(true))?.some((event) => 'staff' in event || 'correlationId' in event)).toBe(false);
    });

    test('a stream longer than any page comes in one piece', async () => {
      const many = Array.from({ length: 5_000 }, (_, i) => anEvent(`long-${i}`));
      done(await log.append('customer-long', 'none', many));
      const found = await streams();
      expect(found.filter(({ stream }) => stream === 'customer-long').map(({ events }) => ids(events))).toEqual([
        ids(many),
      ]);
      expect(found).toHaveLength(new Set(found.map(({ stream }) => stream)).size);
      expect(ids(await history.readWhole('customer-long'))).toEqual(ids(many));
    });

    test('one stream is read at once, up to a position, with the parts asked for', async () => {
      const stream = all[0].stream;
      const own = all.filter((event) => event.stream === stream);
      expect(await history.readWhole('customer-nobody')).toEqual([]);
      expect(ids(await history.readWhole(stream))).toEqual(ids(own));
      expect(ids(await history.readWhole(stream, { until: own[0].position }))).toEqual(ids(own.slice(0, 1)));
      const [lean] = await history.readWhole(stream, { lean: true, wantsData: () => false });
      expect(lean).toMatchObject({ id: own[0].id, occurredAt: own[0].occurredAt, recordedAt: 0, data: {} });
    });

    test('ends when the signal aborts', async () => {
      const stop = new AbortController();
      stop.abort();
      expect(await streams({ signal: stop.signal })).toEqual([]);
    });

    test.each([
      ['umlauts, ideograms, emoji', 'Grüße 顧客 👩‍👩‍👧'],
      ['newlines, quotes, controls', 'a\n"b"\\\u0000\u001f\u2028c'],
      ['digits that look like numbers', '0012'],
    ])('keeps strings of every kind: %s', async (_, text) => {
      const event = anEvent(text, { source: text, type: text, staff: text, data: { [text]: [text] } });
      const stream = customerStream(text);
      done(await log.append(stream, 'none', [event]));
      const expected = { ...event, version: 1, recordedAt: 5_000 };
      expect((await streams()).find((one) => one.stream === stream)).toEqual({ stream, events: [expected] });
    });
  });

  describeHistoryPages(name, async () => {
    const { log, history } = await open();
    return { log, pages: history, close: () => log.close() };
  });
};

/**
 * What everything does that gives history in bounded pages, as tests.
 *
 * @param open gives an empty log and its pages, and closes both
 */
export const describeHistoryPages = (
  name: string,
  open: () => Promise<{ readonly log: EventLog; readonly pages: HistoryPages; close(): Promise<void> }>,
): void => {
  describe(`${name}, history in pages,`, () => {
    let log: EventLog;
    let pages: HistoryPages;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ log, pages, close } = await open());
    });
    afterEach(() => close());

    /** All that is found from page to page, and that no page has more than asked for. */
    const turnAll = async (request: AllPageRequest): Promise<RecordedEvent[]> => {
      const found: RecordedEvent[] = [];
      for (let after = request.after; ; ) {
        const { events, looked, atEnd } = await pages.readAllPage({ ...request, after });
        expect(events.length).toBeLessThanOrEqual(request.limit);
        found.push(...events);
        if (atEnd) return found;
        expect(after === undefined || (looked as Position) > after).toBe(true);
        after = looked;
      }
    };

    test('an empty log has none', async () => {
      expect(await pages.count()).toEqual({ events: 0, byCategory: {} });
      expect(await pages.countAfter(undefined)).toBe(0);
      expect(await pages.readAllPage({ limit: 10 })).toEqual({ events: [], looked: undefined, atEnd: true });
      expect(await pages.readStreamPage('customer-1', { limit: 10 })).toEqual({ events: [] });
    });

    test('a stream goes by pages, up to a position', async () => {
      await record(log);
      const own = await collect(log.readStream('customer-1'));
      for (const limit of [1, 2, own.length - 1, own.length, 100]) {
        const found: RecordedEvent[] = [];
        for (let from: number | undefined = 0; from !== undefined; ) {
          const page: Awaited<ReturnType<HistoryPages['readStreamPage']>> = await pages.readStreamPage('customer-1', {
            from,
            limit,
          });
          expect(page.events.length).toBeLessThanOrEqual(limit);
          found.push(...page.events);
          from = page.next;
        }
        expect(found).toEqual(own);
      }
      const until = own[1].position;
      expect(await pages.readStreamPage('customer-1', { until, limit: 2 })).toEqual({ events: own.slice(0, 2) });
      expect(await pages.readStreamPage('customer-1', { from: 1, until, limit: 1 })).toEqual({ events: [own[1]] });
      expect(await pages.readStreamPage('customer-1', { from: 99, limit: 1 })).toEqual({ events: [] });
    });

    test('everything after a cursor goes by pages, by category and types', async () => {
      await record(log);
      const all = await collect(log.readAll());
      const filters = [
        {},
        { category: 'customer' },
        { types: ['email.opened'] },
        { types: ['nobody.knows'] },
        { types: [] },
      ];
      for (const filter of filters)
        for (const limit of [1, 7, 60, 1_000])
          for (const after of [undefined, all[0].position, all[30].position, all[59].position]) {
            const expected = await collect(log.readAll({ ...filter, after }));
            expect(await turnAll({ ...filter, after, limit })).toEqual(expected);
          }
      const until = all[19].position;
      expect(await turnAll({ until, limit: 7 })).toEqual(all.slice(0, 20));
    });

    test('a page at the end says how far was looked, and goes on from there', async () => {
      await record(log);
      const { looked, atEnd } = await pages.readAllPage({ types: ['nobody.knows'], limit: 1 });
      expect({ looked, atEnd }).toEqual({ looked: await log.head(), atEnd: true });
      done(await log.append('customer-new', 'none', [anEvent('new')]));
      expect(ids((await pages.readAllPage({ after: looked, limit: 10 })).events)).toEqual(['new']);
    });

    test('events and streams are counted, in all and after a position', async () => {
      await record(log);
      const all = await collect(log.readAll());
      const of = (category: string) => all.filter(({ stream }) => stream.startsWith(`${category}-`));
      const counted = (category: string) => ({
        events: of(category).length,
        streams: new Set(of(category).map(({ stream }) => stream)).size,
      });
      expect(await pages.count()).toEqual({
        events: 60,
        byCategory: { customer: counted('customer'), relationship: counted('relationship') },
      });
      expect(await pages.countAfter(undefined)).toBe(60);
      for (const at of [0, 29, 59]) expect(await pages.countAfter(all[at].position)).toBe(59 - at);
    });
  });
};
