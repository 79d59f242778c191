import { isLeft } from 'fp-ts/Either';
import type { Appended, AppendResult, EventLog, NewEvent, Position, RecordedEvent } from '../event-log';
import { customerStream } from '../event-log';

/** An event of a test; what does not matter is filled in. */
export const anEvent = (id: string, rest: Partial<NewEvent> = {}): NewEvent => ({
  source: 'shop',
  id,
  type: 'order.completed',
  occurredAt: 1_000,
  data: { total: 10, orderId: id },
  ...rest,
});

export const collect = async <T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> => {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
};

export const ids = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

export const done = (result: AppendResult): Appended => {
  if (isLeft(result)) throw new Error(`Refused: ${JSON.stringify(result.left)}`);
  return result.right;
};

/**
 * What every event log does, as tests. Call it in a spec file of the adapter.
 *
 * @param open gives an empty log, whose clock says 5,000; it is closed after each test.
 */
export const describeEventLog = (name: string, open: () => Promise<EventLog>): void => {
  describe(`${name}, an event log,`, () => {
    let log: EventLog;
    beforeEach(async () => {
      log = await open();
    });
    afterEach(() => log.close());

    describe('when empty', () => {
      test('has no head and no events', async () => {
        expect(await log.head()).toBeUndefined();
        expect(await collect(log.readAll())).toEqual([]);
        expect(await collect(log.readStream('customer-1'))).toEqual([]);
        expect(await log.appendMany([])).toEqual([]);
      });

      test('can be closed twice, and refuses to append then', async () => {
        await log.close();
        await log.close();
        await expect(log.append('customer-1', 'any', [anEvent('a')])).rejects.toThrow(/closed/);
      });
    });

    describe('appending', () => {
      test('keeps every field, and gives revision, position and recordedAt', async () => {
        const full = anEvent('a', {
          version: 3,
          recordedAt: 77,
          staff: 's-1',
          correlationId: 'case-9',
          data: { x: [null, 1.5, true, { y: 'z' }] },
        });
        const { position } = done(await log.append('customer-1', 'any', [full, anEvent('b')]));
        const [a, b] = await collect(log.readStream('customer-1'));
        expect(a).toEqual({ ...full, stream: 'customer-1', revision: 0, position: a.position });
        expect(b).toEqual({
          ...anEvent('b'),
          version: 1,
          recordedAt: 5_000,
          stream: 'customer-1',
          revision: 1,
          position,
        });
        expect(a.position < b.position).toBe(true);
        expect(b).not.toHaveProperty('staff');
        expect(b).not.toHaveProperty('correlationId');
      });

      test.each([
        ['umlauts, ideograms, emoji', 'Grüße 顧客 👩‍👩‍👧'],
        ['newlines, quotes, controls', 'a\n"b"\\\u0000\u001f\u2028c'],
        ['ten thousand characters', 'ü'.repeat(10_000)],
        ['digits that look like numbers', '0012'],
      ])('keeps strings of every kind: %s', async (_, text) => {
        const event = anEvent(text, {
          source: text,
          type: text,
          staff: text,
          correlationId: text,
          data: { [text]: text, a: { [text]: [text] } },
        });
        const stream = customerStream(text);
        done(await log.append(stream, 'none', [event]));
        const expected = { ...event, version: 1, recordedAt: 5_000 };
        expect(await collect(log.readStream(stream))).toMatchObject([{ ...expected, stream }]);
        expect(done(await log.append(stream, 'none', [event]))).toMatchObject({ recorded: 0, duplicates: 1 });
      });

      test('refuses what cannot be kept faithfully, and stores nothing of the call', async () => {
        const bad: Partial<NewEvent>[] = [
          { id: '' },
          { source: 'lone \ud800' },
          { occurredAt: 1.5 },
          { occurredAt: Number.NaN },
          { recordedAt: Number.POSITIVE_INFINITY },
          { version: 0 },
          { data: { total: Number.NaN } },
        ];
        for (const field of bad) {
          const requests = [
            { stream: 'customer-1', expected: 'any', events: [anEvent('good')] },
            { stream: 'customer-2', expected: 'any', events: [anEvent('bad', field)] },
          ] as const;
          await expect(log.appendMany(requests)).rejects.toThrow(TypeError);
        }
        await expect(log.append('customer-1', 'any', [])).rejects.toThrow(/customer-1 has no events/);
        expect(await log.head()).toBeUndefined();
      });

      test('does not see what the caller changes in the data later', async () => {
        const data = { list: [1] };
        done(await log.append('customer-1', 'any', [anEvent('a', { data })]));
        data.list.push(2);
        expect((await collect(log.readStream('customer-1')))[0].data).toEqual({ list: [1] });
      });
    });

    describe('the expected revision', () => {
      const wrong = (expected: unknown, actual: unknown) => ({
        _tag: 'Left',
        left: { kind: 'wrong-revision', expected, actual },
      });

      test('of a stream that does not exist is any or none', async () => {
        expect(await log.append('customer-1', 'exists', [anEvent('a')])).toEqual(wrong('exists', 'none'));
        expect(await log.append('customer-1', 0, [anEvent('a')])).toEqual(wrong(0, 'none'));
        expect(done(await log.append('customer-1', 'none', [anEvent('a')]))).toMatchObject({
          revision: 0,
          recorded: 1,
        });
        expect(done(await log.append('customer-2', 'any', [anEvent('b')]))).toMatchObject({ revision: 0, recorded: 1 });
      });

      test('of a stream that exists is any, exists or its last', async () => {
        done(await log.append('customer-1', 'none', [anEvent('a'), anEvent('b')]));
        expect(await log.append('customer-1', 'none', [anEvent('c')])).toEqual(wrong('none', 1));
        expect(await log.append('customer-1', 0, [anEvent('c')])).toEqual(wrong(0, 1));
        expect(await log.append('customer-1', 2, [anEvent('c')])).toEqual(wrong(2, 1));
        expect(done(await log.append('customer-1', 1, [anEvent('c')])).revision).toBe(2);
        expect(done(await log.append('customer-1', 'exists', [anEvent('d')])).revision).toBe(3);
        expect(done(await log.append('customer-1', 'any', [anEvent('e')])).revision).toBe(4);
      });

      test('of a stream with one event is any, exists or 0', async () => {
        for (const [i, expected] of (['any', 'exists', 0] as const).entries()) {
          const stream = `customer-${i}`;
          done(await log.append(stream, 'none', [anEvent(`first-${i}`)]));
          expect(done(await log.append(stream, expected, [anEvent(`second-${i}`)])).revision).toBe(1);
        }
      });

      test('lets exactly one of many concurrent callers through', async () => {
        const callers = Array.from({ length: 20 }, (_, i) => log.append('customer-1', 'none', [anEvent(`by-${i}`)]));
        const results = await Promise.all(callers);
        expect(results.filter((result) => result._tag === 'Right')).toHaveLength(1);
        expect(await collect(log.readStream('customer-1'))).toHaveLength(1);
      });
    });

    describe('identity', () => {
      test('stores the same event once, whatever the order of its keys and the revision expected', async () => {
        const event = anEvent('a', { data: { b: 1, a: { d: 2, c: 3 }, 10: 'x', 9: 'y' } });
        const first = done(await log.append('customer-1', 'none', [event]));
        const again = { ...event, recordedAt: 9, data: { 9: 'y', a: { c: 3, d: 2 }, b: 1, 10: 'x' } };
        for (const expected of ['none', 'any', 'exists', 0, 7] as const) {
          const { position, revision } = first;
          expect(done(await log.append('customer-1', expected, [again]))).toEqual({
            position,
            revision,
            recorded: 0,
            duplicates: 1,
          });
        }
        expect(await collect(log.readAll())).toMatchObject([{ id: 'a', recordedAt: 5_000 }]);
      });

      test.each<[string, string, Partial<NewEvent>]>([
        ['data', 'customer-1', { data: { total: 11, orderId: 'a' } }],
        ['type', 'customer-1', { type: 'order.cancelled' }],
        ['version', 'customer-1', { version: 2 }],
        ['occurredAt', 'customer-1', { occurredAt: 1_001 }],
        ['staff', 'customer-1', { staff: 's-1' }],
        ['correlationId', 'customer-1', { correlationId: 'c-1' }],
        ['stream', 'customer-2', {}],
      ])('refuses other %s under the same identity as a conflict', async (_, stream, other) => {
        const { position } = done(await log.append('customer-1', 'any', [anEvent('a')]));
        const result = await log.append(stream, 'any', [anEvent('new'), anEvent('a', other)]);
        expect(result).toEqual({ _tag: 'Left', left: { kind: 'conflict', source: 'shop', id: 'a', position } });
        expect(ids(await collect(log.readAll()))).toEqual(['a']);
      });

      test('is source and id together', async () => {
        done(await log.append('customer-1', 'any', [anEvent('a'), anEvent('a', { source: 'branch', data: {} })]));
        expect(await collect(log.readStream('customer-1'))).toHaveLength(2);
      });

      test('records what is new of a request that is partly known, if the revision holds', async () => {
        done(await log.append('customer-1', 'any', [anEvent('a'), anEvent('b')]));
        const mixed = [anEvent('a'), anEvent('c'), anEvent('b')];
        expect(await log.append('customer-1', 0, mixed)).toMatchObject({ left: { kind: 'wrong-revision', actual: 1 } });
        expect(done(await log.append('customer-1', 1, mixed))).toMatchObject({
          revision: 1,
          recorded: 1,
          duplicates: 2,
        });
        expect(ids(await collect(log.readStream('customer-1')))).toEqual(['a', 'b', 'c']);
      });

      test('counts within one request, too', async () => {
        const twice = done(await log.append('customer-1', 'none', [anEvent('a'), anEvent('a'), anEvent('b')]));
        expect(twice).toMatchObject({ revision: 1, recorded: 2, duplicates: 1 });
        const conflict = await log.append('customer-2', 'none', [anEvent('c'), anEvent('c', { data: {} })]);
        expect(conflict).toEqual({ _tag: 'Left', left: { kind: 'conflict', source: 'shop', id: 'c' } });
        expect(ids(await collect(log.readAll()))).toEqual(['a', 'b']);
      });
    });

    describe('many requests', () => {
      test('are decided one by one and in order, each with its result in its place', async () => {
        const results = await log.appendMany([
          { stream: 'customer-1', expected: 'none', events: [anEvent('a'), anEvent('b')] },
          { stream: 'customer-1', expected: 'none', events: [anEvent('x')] },
          { stream: 'customer-2', expected: 'any', events: [anEvent('y'), anEvent('a')] },
          { stream: 'customer-1', expected: 1, events: [anEvent('c')] },
          { stream: 'customer-1', expected: 'none', events: [anEvent('a')] },
          { stream: 'relationship-1', expected: 'any', events: [anEvent('d')] },
        ]);
        expect(results.map((r) => (isLeft(r) ? r.left.kind : r.right.recorded))).toEqual([
          2,
          'wrong-revision',
          'conflict',
          1,
          0,
          1,
        ]);
        expect(ids(await collect(log.readAll()))).toEqual(['a', 'b', 'c', 'd']);
        expect(await log.head()).toBe(done(results[5]).position);
      });

      test('of many concurrent callers leave streams without gaps and positions in order', async () => {
        const call = (caller: number, i: number) =>
          log.append(`customer-${i % 7}`, 'any', [anEvent(`${caller}-${i}`), anEvent(`${caller}-${i}b`)]);
        await Promise.all(
          Array.from({ length: 8 }, async (_, caller) => {
            for (let i = 0; i < 25; i++) done(await call(caller, i));
          }),
        );
        const all = await collect(log.readAll());
        expect(new Set(ids(all)).size).toBe(400);
        expect(all.every((event, i) => i === 0 || all[i - 1].position < event.position)).toBe(true);
        const next = new Map<string, number>();
        for (const { stream, revision } of all) {
          expect(revision).toBe(next.get(stream) ?? 0);
          next.set(stream, revision + 1);
        }
      });
    });

    describe('reading', () => {
      let all: RecordedEvent[];
      beforeEach(async () => {
        const requests = Array.from({ length: 60 }, (_, i) => ({
          stream: i % 3 === 0 ? `relationship-${i % 10}` : `customer-${i % 10}`,
          expected: 'any' as const,
          events: [anEvent(`e${i}`, { type: i % 2 === 0 ? 'order.completed' : 'email.opened' })],
        }));
        await log.appendMany(requests);
        all = await collect(log.readAll());
      });

      test('a stream goes by pages, from a revision', async () => {
        const own = all.filter(({ stream }) => stream === 'customer-1');
        expect(await collect(log.readStream('customer-1', { pageSize: 1 }))).toEqual(own);
        expect(await collect(log.readStream('customer-1', { from: 2 }))).toEqual(own.slice(2));
        expect(await collect(log.readStream('customer-1', { from: 99 }))).toEqual([]);
      });

      test('all goes by pages of the size asked for, after and until positions', async () => {
        const sizes: number[] = [];
        for await (const page of log.readAll({ pageSize: 25 })) sizes.push(page.length);
        expect(sizes).toEqual([25, 25, 10]);
        const some = await collect(log.readAll({ after: all[9].position, until: all[19].position, pageSize: 3 }));
        expect(some).toEqual(all.slice(10, 20));
        expect(await collect(log.readAll({ after: all[59].position }))).toEqual([]);
      });

      test('all can be limited to a category', async () => {
        const customers = all.filter(({ stream }) => stream.startsWith('customer-'));
        expect(await collect(log.readAll({ category: 'customer', pageSize: 7 }))).toEqual(customers);
        expect(await collect(log.readAll({ category: 'nobody' }))).toEqual([]);
      });

      test('all can be limited to types, rare or frequent, by pages, along with a category', async () => {
        const merge = anEvent('m', { type: 'customer.merged', data: { into: '2' } });
        const decision = anEvent('d', { type: 'relationship.signalRaised' });
        done(await log.append('customer-1', 'any', [merge, anEvent("it's", { type: "it's" })]));
        done(await log.append('relationship-1', 'any', [decision, { ...merge, id: 'stray' }]));
        const everything = await collect(log.readAll());
        const read = (options: Parameters<EventLog['readAll']>[0]) => collect(log.readAll({ pageSize: 3, ...options }));
        for (const types of [
          ['email.opened'],
          ['customer.merged'],
          ['customer.unmerged', 'customer.merged'],
          ['customer.merged', 'relationship.signalRaised'],
          ['relationship.signalRaised', 'relationship.signalCleared', 'relationship.stageChanged'],
          ['email.opened', "it's", 'nobody.knows'],
          ['nobody.knows'],
          [],
        ])
          expect(await read({ types })).toEqual(everything.filter(({ type }) => types.includes(type)));
        expect(ids(await read({ types: ['customer.merged'] }))).toEqual(['m', 'stray']);
        expect(ids(await read({ types: ['customer.merged'], category: 'customer' }))).toEqual(['m']);
        expect(await read({ types: ['customer.merged'], until: all[59].position })).toEqual([]);
        expect(ids(await read({ types: ['customer.merged'], after: all[59].position }))).toEqual(['m', 'stray']);
      });

      test('stops when the signal aborts', async () => {
        const stop = new AbortController();
        let seen = 0;
        for await (const page of log.readAll({ pageSize: 10, signal: stop.signal })) {
          seen += page.length;
          stop.abort();
        }
        expect(seen).toBe(10);
      });

      test('positions are texts in the order of the log, which the log takes back', () => {
        for (const { position } of all) expect(log.parsePosition(String(position))).toBe(position);
        expect(all.map(({ position }) => position).sort()).toEqual(all.map(({ position }) => position));
        for (const text of ['', 'page-2', '12', `${all[0].position}0`, ` ${all[0].position}`])
          expect(log.parsePosition(text)).toBeUndefined();
      });

      test('refuses a position that the log did not give', async () => {
        await expect(collect(log.readAll({ after: 'page-2' as Position }))).rejects.toThrow(
          /'page-2' is not a position/,
        );
      });
    });

    describe('a subscription', () => {
      test('reads what is there, wakes up for more, and ends when the signal aborts', async () => {
        done(await log.append('customer-1', 'any', [anEvent('old')]));
        const stop = new AbortController();
        const seen: string[] = [];
        let caughtUp = (): void => {};
        const until = (count: number) =>
          new Promise<void>((resolve) => {
            caughtUp = () => seen.length >= count && resolve();
            caughtUp();
          });
        const subscription = (async () => {
          for await (const page of log.subscribeAll({ category: 'customer', pageSize: 3, signal: stop.signal })) {
            seen.push(...ids(page));
            caughtUp();
          }
        })();
        await until(1);
        const expected = ['old'];
        for (let i = 0; i < 30; i++) {
          expected.push(`new-${i}`);
          done(await log.append('customer-2', 'any', [anEvent(`new-${i}`)]));
          done(await log.append('staff-1', 'any', [anEvent(`other-${i}`)]));
          if (i % 10 === 0) await until(expected.length);
        }
        await until(expected.length);
        stop.abort();
        await subscription;
        expect(seen).toEqual(expected);
      });

      test('of some types wakes up for these', async () => {
        const stop = new AbortController();
        const pages = log.subscribeAll({ types: ['customer.merged'], signal: stop.signal })[Symbol.asyncIterator]();
        const first = pages.next();
        done(await log.append('customer-1', 'any', [anEvent('other')]));
        done(await log.append('customer-1', 'any', [anEvent('m', { type: 'customer.merged' })]));
        expect(ids((await first).value)).toEqual(['m']);
        stop.abort();
        expect((await pages.next()).done).toBe(true);
      });

      test('goes on after a position, so that two in turn see each event once', async () => {
        await log.appendMany([
          { stream: 'customer-1', expected: 'any', events: Array.from({ length: 10 }, (_, i) => anEvent(`e${i}`)) },
        ]);
        const take = async (after: Position | undefined, count: number): Promise<RecordedEvent[]> => {
          const stop = new AbortController();
          const taken: RecordedEvent[] = [];
          for await (const page of log.subscribeAll({ after, pageSize: 2, signal: stop.signal })) {
            taken.push(...page);
            if (taken.length >= count) stop.abort();
          }
          return taken;
        };
        const first = await take(undefined, 4);
        const second = await take(first[3].position, 6);
        expect(ids([...first, ...second])).toEqual(Array.from({ length: 10 }, (_, i) => `e${i}`));
      });
    });
  });
};
