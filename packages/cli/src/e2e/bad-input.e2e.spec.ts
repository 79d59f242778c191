import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

/** Imports one file and reads back its rejects. */
const importing = async (name: string, content: string | Uint8Array, ...args: readonly string[]) => {
  place.write(name, content);
  const given = args.length > 0 ? args : ['--as', 'touchpoints'];
  const outcome = await place.rapport('import', name, ...given, '--rejects', 'rejects.ndjson', '--json');
  expect(outcome.stderr).not.toMatch(/defect|\n\s+at /);
  const report = outcome.code === 2 ? undefined : JSON.parse(outcome.stdout);
  const rejects = outcome.code === 2 ? [] : ndjson(readFileSync(place.path('rejects.ndjson'), 'utf8'));
  return { ...outcome, report, rejects };
};

const GOOD = line({ id: 'good' });

describe('files that stop an import say what is wrong', () => {
  test.each<[string, string, string | Uint8Array, string[], RegExp]>([
    [
      'a picture as CSV',
      'x.csv',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1]),
      ['--as', 'online-retail'],
      /x\.csv/,
    ],
    ['wrong columns', 'x.csv', 'a,b\n1,2\n', ['--as', 'online-retail'], /x\.csv[\s\S]*InvoiceNo/],
    ['an empty file', 'x.csv', '', ['--as', 'online-retail'], /x\.csv[\s\S]*empty/],
    ['half an archive', 'x.ndjson.gz', gzipSync(GOOD.repeat(500)).subarray(0, 60), [], /x\.ndjson\.gz/],
  ])('%s', async (_, name, content, args, message) => {
    const { code, stdout, stderr } = await importing(name, content, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await place.rapport('import', 'none.ndjson', '--as', 'touchpoints');
    expect(code).toBe(2);
    expect(stderr).toContain('none.ndjson');
    expect(existsSync(place.path('rapport-data'))).toBe(false);
  });

  test('a mapping that is no SELECT, or does not fit the table', async () => {
    place.write('t.csv', 'who,when\nc-1,2026-01-01T00:00:00Z\n');
    for (const [sql, message] of [
      ['DROP TABLE x', /mapping\.sql/],
      ['SELECT nothing FROM input', /mapping\.sql/],
    ] as const) {
      place.write('mapping.sql', sql);
      const { code, stderr } = await place.rapport('import', 't.csv', '--sql', 'mapping.sql');
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
  });
});

describe('lines that are wrong are rejected with file, line, field and reason, and the others kept', () => {
  test.each<[string, string | Uint8Array, Record<string, unknown>]>([
    ['not JSON', 'nonsense\n', { field: '', reason: expect.stringMatching(/not JSON/) }],
    [
      'invalid UTF-8',
      Uint8Array.from([...Buffer.from('{"id":"'), 0xff, 0xfe, ...Buffer.from('"}\n')]),
      { reason: expect.stringMatching(/UTF-8/) },
    ],
    ['a bad instant', line({ occurredAt: '2026-02-30T00:00:00Z' }), { field: 'occurredAt' }],
    ['a local time', line({ occurredAt: '2026-02-03T00:00:00' }), { field: 'occurredAt' }],
    ['the future', line({ occurredAt: '2999-01-01T00:00:00Z' }), { field: 'occurredAt' }],
    ['a negative amount', line({ data: { total: -1 } }), { field: 'data.total' }],
    [
      'NaN',
      '{"id":"1","source":"t","type":"order.completed","customer":"c","occurredAt":"2026-01-01T00:00:00Z","data":{"total":NaN}}\n',
      { reason: expect.stringMatching(/not JSON/) },
    ],
    [
      'an unknown type',
      line({ type: 'order.complete' }),
      { field: 'type', reason: expect.stringContaining('order.completed') },
    ],
    ['no source', line({ source: undefined }), { field: 'source' }],
    ['an endless customer id', line({ customer: 'x'.repeat(10_000) }), { field: 'customer' }],
    ['a customer id with a newline', line({ customer: 'a\nb' }), { field: 'customer' }],
    ['a list', '[1]\n', { field: '' }],
  ])('%s', async (_, bad, reject) => {
    const { code, report, rejects } = await importing('x.ndjson', Buffer.concat([Buffer.from(GOOD), Buffer.from(bad)]));
    expect(code).toBe(0);
    expect(report).toMatchObject({ recorded: 1, read: { touchpoints: 1, rejected: 1 } });
    expect(rejects).toEqual([expect.objectContaining({ file: 'x.ndjson', line: 2, ...reject })]);
  });

  test('a line of 10 MB', async () => {
    const { report, rejects } = await importing(
      'x.ndjson',
      `${GOOD}${line({ data: { text: 'x'.repeat(10_000_000) } })}${line({ id: '3' })}`,
    );
    expect(report).toMatchObject({ recorded: 2, read: { rejected: 1 } });
    expect(rejects).toMatchObject([{ line: 2 }]);
    expect(JSON.stringify(rejects).length).toBeLessThan(2_000);
  });

  test('the same id with other content is a conflict, and the first stays', async () => {
    const { report, rejects } = await importing(
      'x.ndjson',
      line({ data: { total: 1 } }) + line({ data: { total: 2 } }),
    );
    expect(report).toMatchObject({ recorded: 1, conflicts: 1 });
    expect(rejects).toMatchObject([{ line: 2, field: 'id', reason: expect.stringContaining('other content') }]);
  });

  test('--strict makes them a no, after everything right was recorded', async () => {
    place.write('x.ndjson', `${GOOD}nonsense\n`);
    const { code, stdout, stderr } = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--strict');
    expect(code).toBe(1);
    expect(stdout).toMatch(/2 lines[\s\S]*1 {2}became touchpoints[\s\S]*1 {2}rejected: not JSON[\s\S]*1 {2}recorded/);
    expect(stderr).toContain('x.ndjson:2: not JSON');
  });
});

test.each(['2026-13-01', 'yesterday', '2026-01-01T00:00:00'])('%s is no instant', async (text) => {
  place.write('x.ndjson', GOOD);
  await place.rapport('import', 'x.ndjson', '--as', 'touchpoints');
  const { code, stderr, stdout } = await place.rapport('show', 'c-1', '--as-of', text);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^--as-of: /);
});

test('an empty file is no error and records nothing', async () => {
  const { code, report } = await importing('x.ndjson', '\n\n');
  expect(code).toBe(0);
  expect(report).toMatchObject({ recorded: 0, files: [{ lines: 2, blank: 2 }] });
});
