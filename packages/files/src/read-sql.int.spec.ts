import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accountedLines, collect, summary, temporaryFolder } from './testing/collect';
import { writeRows } from './write-rows';

const folder = temporaryFolder();
afterAll(folder.remove);

const CSV = 'ticket,who,sold_at,amount\n1,anna,2024-03-01 09:00:00,5.5\n2,bruno,2024-03-01 08:00:00,7\n';
const SELECT = `SELECT ticket AS id, 'till' AS source, 'order.completed' AS type, who AS customer,
  sold_at AS occurred_at, {total: amount, orderId: ticket} AS data FROM input`;

const mapping = (sql: string) => ({ sql, name: 'mapping.sql' });

const failureOf = (files: readonly string[], sql: string) =>
  collect(files, mapping(sql)).then(
    () => {
      throw new Error('expected it to fail');
    },
    (error: unknown) => error as Error,
  );

describe('a mapping of my own', () => {
  test.each([
    ['tickets.csv', () => CSV],
    ['tickets.tsv', () => CSV.replaceAll(',', '\t')],
    ['tickets.csv.gz', () => gzipSync(CSV)],
    [
      'tickets.ndjson',
      () =>
        '{"ticket":1,"who":"anna","sold_at":"2024-03-01 09:00:00","amount":5.5}\n{"ticket":2,"who":"bruno","sold_at":"2024-03-01 08:00:00","amount":7}\n',
    ],
    [
      'tickets.json',
      () =>
        '[{"ticket":1,"who":"anna","sold_at":"2024-03-01 09:00:00","amount":5.5},{"ticket":2,"who":"bruno","sold_at":"2024-03-01 08:00:00","amount":7}]',
    ],
    [
      'tickets.json.gz',
      () =>
        gzipSync(
          '[{"ticket":1,"who":"anna","sold_at":"2024-03-01 09:00:00","amount":5.5},{"ticket":2,"who":"bruno","sold_at":"2024-03-01 08:00:00","amount":7}]',
        ),
    ],
  ])('reads %s', async (name, content) => {
    const { items, account } = await collect([folder.write(name, content())], mapping(SELECT));
    expect(
      items.map(
        (item) => item.kind === 'touchpoint' && [item.touchpoint.id, item.touchpoint.occurredAt, item.touchpoint.data],
      ),
    ).toEqual([
      ['2', Date.UTC(2024, 2, 1, 8), { total: 7, orderId: '2' }],
      ['1', Date.UTC(2024, 2, 1, 9), { total: 5.5, orderId: '1' }],
    ]);
    expect(account.files[0]).toMatchObject({ unit: 'row', lines: 2, becameTouchpoints: 2, unaccounted: 0 });
  });

  test('reads Parquet', async () => {
    const file = join(folder.path, 'tickets.parquet');
    async function* rows() {
      yield [{ ticket: 'a', who: 'anna', sold_at: Date.UTC(2024, 2, 1, 9), amount: 5.5 }];
    }
    await writeRows(
      rows(),
      [
        { name: 'ticket', type: 'text' },
        { name: 'who', type: 'text' },
        { name: 'sold_at', type: 'instant' },
        { name: 'amount', type: 'double' },
      ],
      file,
      'parquet',
    );
    const { items } = await collect([file], mapping(SELECT));
    expect(items).toMatchObject([{ touchpoint: { id: 'a', occurredAt: Date.UTC(2024, 2, 1, 9) } }]);
  });

  test('joins several files, each by its number', async () => {
    const orders = folder.write('o.csv', 'ticket,who,sold_at\n1,k1,2024-03-01 09:00:00\n');
    const people = folder.write('p.csv', 'k,name\nk1,anna\n');
    const sql = `SELECT ticket AS id, 'till' AS source, 'order.completed' AS type, name AS customer, sold_at AS occurred_at,
      2 AS lines, '{}'::JSON AS data FROM input_1 JOIN input_2 ON who = k`;
    const { items, account } = await collect([orders, people], mapping(sql));
    expect(items).toMatchObject([{ touchpoint: { customer: 'anna' } }]);
    expect(account.files).toMatchObject([{ lines: 2, becameTouchpoints: 2, unaccounted: 0 }]);
  });

  test('has the files by number even where they do not go together', async () => {
    const numbers = folder.write('n.ndjson', '{"v":{"a":1}}\n');
    const lists = folder.write('l.ndjson', '{"v":[1,2]}\n');
    const sql = `SELECT 'x' AS id, 'till' AS source, 'order.completed' AS type, 'anna' AS customer,
      TIMESTAMP '2024-03-01' AS occurred_at, 2 AS lines, {total: input_1.v.a + input_2.v[2]} AS data FROM input_1, input_2`;
    const { items } = await collect([numbers, lists], mapping(sql));
    expect(items).toMatchObject([{ touchpoint: { data: { total: 3 } } }]);
  });

  test('may read the named files itself, ends with a semicolon, and leaves NULL fields out', async () => {
    const file = folder.write('own.csv', 'ticket|who|sold_at|amount\n1|anna|2024-03-01T09:00:00+02:00|\n');
    const sql = `-- tickets\n${SELECT.replace('FROM input', `FROM read_csv('${file}', delim = '|', all_varchar = true)`)};\n-- end\n`;
    const { items } = await collect([file], mapping(sql));
    expect(items).toMatchObject([{ touchpoint: { occurredAt: Date.UTC(2024, 2, 1, 7), data: { orderId: '1' } } }]);
    expect(items[0].kind === 'touchpoint' && Object.keys(items[0].touchpoint.data)).toEqual(['orderId']);
  });

  test('rejects a number in data that would become another, as the query computed it', async () => {
    const file = folder.write('n.csv', 'id,ref\na,17841405822304913\nb,17841405822304912\n');
    const sql = `SELECT id, 'till' AS source, 'order.completed' AS type, 'anna' AS customer, TIMESTAMP '2024-03-01' AS occurred_at,
      {ref: CAST(ref AS HUGEINT), of: [CAST(ref AS DECIMAL(38, 0))], none: NULL} AS data FROM input`;
    const { items } = await collect([file], mapping(sql));
    expect(items).toMatchObject([
      { kind: 'rejected', field: 'data.ref', reason: expect.stringContaining('got 17841405822304913. It has more') },
      { kind: 'touchpoint', touchpoint: { data: { ref: 17841405822304912, of: [17841405822304912] } } },
    ]);
  });

  test('says of rows what they are: nobody, no touchpoint, rejected', async () => {
    const file = folder.write(
      'outcomes.csv',
      `${CSV}3,,2024-03-02 08:00:00,1\n4,anna,2024-03-02 08:00:00,0\n5,anna,2024-03-02 08:00:00,-1\n6,anna,2024-03-03 08:00:00,-2\n`,
    );
    const sql = `${SELECT} WHERE who IS NOT NULL AND amount NOT IN (0, -1)
      UNION ALL BY NAME SELECT count(*) AS lines, 'nobody' AS outcome FROM input WHERE who IS NULL
      UNION ALL BY NAME SELECT 1 AS lines, 'not-a-touchpoint' AS outcome, 'nothing bought' AS reason FROM input WHERE amount = 0
      UNION ALL BY NAME SELECT ticket AS line, 1 AS lines, 'rejected' AS outcome, 'amount' AS field, 'a credit' AS reason,
        amount::VARCHAR AS raw FROM input WHERE amount = -1`;
    const { items, account } = await collect([file], mapping(sql));
    expect(account.files[0]).toMatchObject({
      lines: 6,
      becameTouchpoints: 2,
      belongsToNobody: 1,
      notATouchpoint: { 'nothing bought': 1 },
      rejected: { 'amount: a credit': 1, 'data.total: expected a number of at least 0, or {amount, currency}': 1 },
      unaccounted: 0,
    });
    expect(accountedLines(account.files[0])).toBe(6);
    expect(summary(items)).toContain('5 rejected amount: a credit');
  });

  test('that passes rows over is told how many', async () => {
    const { account } = await collect([folder.write('rest.csv', CSV)], mapping(`${SELECT} WHERE amount > 6`));
    expect(account.files[0]).toMatchObject({ lines: 2, becameTouchpoints: 1, unaccounted: 1 });
  });

  test('gets the good lines of a CSV file with bad ones, which are rejected by line', async () => {
    const file = folder.write('rejects.csv', `${CSV}3,clara\n${CSV.split('\n')[1]}\n`);
    const { items, account } = await collect([file], mapping(SELECT));
    expect(summary(items)[0]).toMatch(/^4 rejected /);
    expect(account).toMatchObject({ touchpoints: 3, rejected: 1 });
    expect(accountedLines(account.files[0])).toBe(4);
  });

  test('that is wrong is refused with what is wrong and where', async () => {
    const file = folder.write('wrong.csv', CSV);
    const cases: readonly (readonly [string, RegExp])[] = [
      ['SELECT selec 1', /^mapping\.sql: .*syntax error[\s\S]*LINE 1/],
      ['SELECT nothing FROM input', /"nothing" not found|nothing/],
      ['SELECT 1 AS id FROM input', /does not yield source, type, customer, occurred_at, data/],
      [`${SELECT.replace(' FROM input', ', 1 AS colour FROM input')}`, /no use is known for the column colour/],
      [SELECT.replace('ticket AS id', "CAST('x' AS INTEGER) AS id"), /TRY_CAST/],
      [`${SELECT}; ${SELECT}`, /one SELECT, found 2/],
      ['', /is empty/],
      ['-- nothing yet\n;', /is empty/],
      [`${SELECT.replace(' FROM input', ", 'lost' AS outcome FROM input")}`, /unknown outcome "lost"/],
    ];
    for (const [sql, message] of cases) {
      const error = await failureOf([file], sql);
      expect(error).toMatchObject({ name: 'ImportError', kind: 'mapping', message: expect.stringMatching(message) });
    }
  });

  test('can write nothing, read nothing else, and load nothing', async () => {
    const file = folder.write('safe.csv', CSV);
    const secret = folder.write('secret.csv', 'a\n1\n');
    const target = join(folder.path, 'target.csv');
    const cases = [
      `COPY (SELECT 1) TO '${target}'`,
      `COPY (SELECT 1) TO '${file}'`,
      'CREATE TABLE t AS SELECT 1',
      "ATTACH 'other.duckdb'",
      'INSTALL httpfs',
      "SET memory_limit = '1TB'",
      `SELECT * FROM read_csv('${secret}')`,
      `SELECT * FROM '${secret}'`,
      `SELECT * FROM read_csv('${folder.path}/*.csv')`,
      "SELECT * FROM read_text('/etc/hostname')",
      "SELECT * FROM glob('*')",
      "SELECT * FROM read_csv('https://example.invalid/a.csv')",
    ];
    for (const sql of cases)
      expect(await failureOf([file], sql)).toMatchObject({ name: 'ImportError', kind: 'mapping' });
    expect(existsSync(target)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(CSV);
  });

  test.each([
    ['not-a-file', () => folder.write('x.xlsx', 'PK'), /what kind of file/],
    ['damaged-archive', () => folder.write('cut.csv.gz', gzipSync(CSV.repeat(50)).subarray(0, 60)), /cut short/],
    ['unreadable', () => folder.write('bad.json', '[{"a":1},{"a":'), /bad\.json/],
    ['unreadable', () => folder.write('bad.parquet', 'not parquet at all'), /bad\.parquet/],
    ['empty-file', () => folder.write('none.csv', ''), /empty/],
  ])('of a file that cannot be read stops: %s', async (kind, file, message) => {
    expect(await failureOf([file()], SELECT)).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test('that would run for hours stops when the signal is aborted', async () => {
    const file = folder.write('slow.csv', CSV);
    const sql = `${SELECT}, range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1`;
    const reading = collect([file], mapping(sql), { signal: AbortSignal.timeout(300) });
    await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('leaves no temporary folder behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('rapport-files-')).length;
    await collect([folder.write('tidy.csv', CSV)], mapping(SELECT));
    await failureOf([folder.write('tidy2.csv', CSV)], 'SELECT');
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('rapport-files-')).length;
    expect(after).toBeLessThanOrEqual(before);
  });
});
