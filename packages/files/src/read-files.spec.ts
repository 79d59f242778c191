import { gzipSync } from 'node:zlib';
import { MAX_LINE_BYTES } from './lines';
import { readFiles } from './read-files';
import { accountedLines, collect, context, fixture, rejectedOf, summary, temporaryFolder } from './testing/collect';

const folder = temporaryFolder();
afterAll(folder.remove);

const touchpoint = (id: number): string =>
  JSON.stringify({
    id: String(id),
    source: 'shop',
    type: 'order.completed',
    customer: `c-${id % 7}`,
    occurredAt: '2024-03-01T12:00:00Z',
    data: { orderId: `o-${id}`, total: id },
  });

const AS_TOUCHPOINTS = { preset: 'touchpoints' } as const;

describe('the preset touchpoints', () => {
  test('reads CloudEvents and the compact form, and says of every bad line where and why', async () => {
    const { items, account } = await collect([fixture('touchpoints.ndjson')], AS_TOUCHPOINTS);
    expect(summary(items)).toEqual([
      '1 order.completed 1 of c-1',
      '2 order.completed 2 of c-2',
      '3 rejected occurredAt: expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z, got "2024-03-01"',
      expect.stringMatching(/^5 rejected : not JSON: /),
      '6 rejected : expected a touchpoint as a JSON object, got a list of 2',
      expect.stringMatching(/^7 rejected type: expected a known touchpoint type, got "order.completd"/),
      '8 rejected data.total: expected a number of at least 0, or {amount, currency}, got -1',
    ]);
    const [file] = account.files;
    expect(account).toMatchObject({ touchpoints: 2, rejected: 5 });
    expect(file).toMatchObject({ lines: 8, header: 0, blank: 1, becameTouchpoints: 2, unaccounted: 0 });
    expect(accountedLines(file)).toBe(file.lines);
  });

  test('rejects a number that would become another, by its line, its field and as it was sent', async () => {
    const lines = [1, 2, 3].map(touchpoint);
    lines[1] = lines[1].replace('"total":2', '"total":2,"ref":17841405822304913');
    const { items } = await collect([folder.write('numbers.ndjson', lines.join('\n'))], AS_TOUCHPOINTS);
    expect(summary(items)).toEqual([
      '1 order.completed 1 of c-1',
      expect.stringMatching(/^2 rejected data\.ref: .*got 17841405822304913\. .*send it as text/),
      '3 order.completed 3 of c-3',
    ]);
  });

  test('counts fields that look misspelt, of touchpoints all the same', async () => {
    const misspelt = (id: number): string => touchpoint(id).replace('orderId', 'order_id');
    const file = folder.write('misspelt.ndjson', [misspelt(1), touchpoint(2), misspelt(3)].join('\n'));
    const { items, account } = await collect([file], AS_TOUCHPOINTS);
    expect(items.map((item) => item.kind)).toEqual(['touchpoint', 'touchpoint', 'touchpoint']);
    expect(account.warnings).toEqual({
      'data.order_id is kept, but is not a field of order.completed; did you mean "orderId"?': 2,
    });
  });

  test('tells the recording clock of the sender apart from none', async () => {
    const { items } = await collect([fixture('touchpoints.ndjson')], AS_TOUCHPOINTS);
    const recordedAt = items.flatMap((item) => (item.kind === 'touchpoint' ? [item.touchpoint.recordedAt] : []));
    expect(recordedAt).toEqual([undefined, Date.UTC(2024, 2, 2)]);
  });

  test('rejects a line that is too long and one that is not UTF-8, and goes on', async () => {
    const file = folder.write(
      'bad.ndjson.gz',
      gzipSync(
        Buffer.concat([
          Buffer.from(`${touchpoint(1)}\n{"id":"${'x'.repeat(MAX_LINE_BYTES + 2 * 1024 * 1024)}"}\n`),
          Buffer.from('{"id":"caf\xe9"}\n', 'latin1'),
          Buffer.from(touchpoint(2)),
        ]),
      ),
    );
    const { items, account } = await collect([file], AS_TOUCHPOINTS);
    expect(summary(items)).toEqual([
      '1 order.completed 1 of c-1',
      `2 rejected : a line longer than ${MAX_LINE_BYTES} bytes`,
      '3 rejected : bytes that are not UTF-8',
      '4 order.completed 2 of c-2',
    ]);
    expect(rejectedOf(items).every(({ raw }) => raw.length < 300)).toBe(true);
    expect(accountedLines(account.files[0])).toBe(4);
  });

  test('takes several files one after the other, each with its account', async () => {
    const files = [
      folder.write('a.ndjson', touchpoint(1)),
      folder.write('b.ndjson', `${touchpoint(2)}\n${touchpoint(3)}`),
    ];
    const { items, account } = await collect(files, AS_TOUCHPOINTS);
    expect(items.map(({ at }) => at)).toEqual([
      { file: files[0], line: 1 },
      { file: files[1], line: 1 },
      { file: files[1], line: 2 },
    ]);
    expect(account.files.map(({ lines }) => lines)).toEqual([1, 2]);
  });

  test('gives batches of the size asked for, the account on the last', async () => {
    const file = folder.write('many.ndjson', Array.from({ length: 25 }, (_, i) => touchpoint(i)).join('\n'));
    const { items, batches } = await collect([file], AS_TOUCHPOINTS, { batchSize: 10 });
    expect([items.length, batches]).toEqual([25, 3]);
  });

  test('resumes after so many items with the rest of them and the whole account', async () => {
    const whole = await collect([fixture('touchpoints.ndjson')], AS_TOUCHPOINTS);
    for (let done = 0; done <= whole.items.length; done++) {
      const rest = await collect([fixture('touchpoints.ndjson')], AS_TOUCHPOINTS, { resumeAfter: done });
      expect(rest.items).toEqual(whole.items.slice(done));
      expect(rest.account).toEqual(whole.account);
    }
  });

  test('tells of each rejected item that is yielded', async () => {
    const told: number[] = [];
    await collect([fixture('touchpoints.ndjson')], AS_TOUCHPOINTS, {
      resumeAfter: 3,
      onRejected: ({ at }) => told.push(at.line),
    });
    expect(told).toEqual([5, 6, 7, 8]);
  });

  test('yields what stands before the cut of a damaged archive', async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => touchpoint(i * 7919)).join('\n'));
    const file = folder.write('cut.ndjson.gz', whole.subarray(0, whole.length - 1000));
    const lines: number[] = [];
    const reading = (async () => {
      for await (const { items } of readFiles([file], AS_TOUCHPOINTS, { context, batchSize: 700 }))
        lines.push(...items.map(({ at }) => at.line));
    })();
    const error = await reading.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({ name: 'ImportError', kind: 'damaged-archive', line: lines.length });
    expect(lines.length).toBeGreaterThan(10_000);
    expect(lines).toEqual(lines.map((_, i) => i + 1));
  });

  test('stops when the signal is aborted', async () => {
    const file = folder.write('abort.ndjson', Array.from({ length: 5000 }, (_, i) => touchpoint(i)).join('\n'));
    const abort = new AbortController();
    abort.abort(new Error('stopped by hand'));
    await expect(collect([file], AS_TOUCHPOINTS, { signal: abort.signal })).rejects.toThrow();
  });

  test('needs a file', async () => {
    await expect(collect([], AS_TOUCHPOINTS)).rejects.toMatchObject({ kind: 'missing-file' });
  });
});
