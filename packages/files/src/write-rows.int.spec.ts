import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Column, ExportError, type Row } from './column';
import { openDatabase } from './database';
import { temporaryFolder } from './testing/collect';
import { type ExportFormat, writeRows } from './write-rows';

const folder = temporaryFolder();
afterAll(folder.remove);

const COLUMNS: readonly Column[] = [
  { name: 'customer', type: 'text' },
  { name: 'orders', type: 'integer' },
  { name: 'trust', type: 'double' },
  { name: 'since', type: 'instant' },
  { name: 'because', type: 'json' },
];

const ROWS: readonly Row[] = [
  {
    customer: 'a "quoted", one\nin two lines',
    orders: 3,
    trust: 0.1,
    since: Date.UTC(2024, 0, 2, 3, 4, 5, 6),
    because: { metric: ['é', null] },
  },
  { customer: '', orders: null, since: Date.UTC(1969, 11, 31), because: [] },
  { customer: '=1+1', orders: 9_007_199_254_740_991, trust: -2.5e-7 },
];

async function* inBatches(rows: readonly Row[], size = 2) {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

const files = () => readdirSync(folder.path).sort();

const query = async (sql: string) => {
  const database = await openDatabase();
  try {
    return await database.rows(sql);
  } finally {
    await database.close();
  }
};

describe('an export', () => {
  test('as NDJSON has a line a row, instants in RFC 3339, and nothing for what is not there', async () => {
    const file = join(folder.path, 'rows.ndjson');
    const written = await writeRows(inBatches(ROWS), COLUMNS, file, 'ndjson');
    const content = readFileSync(file, 'utf8');
    expect(
      content
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ...ROWS[0], since: '2024-01-02T03:04:05.006Z' },
      { customer: '', since: '1969-12-31T00:00:00.000Z', because: [] },
      ROWS[2],
    ]);
    expect(written).toEqual({ rows: 3, bytes: Buffer.byteLength(content) });
  });

  test.each(['ndjson', 'csv', 'parquet'] as const)(
    'as %s is for its owner alone, from its first byte on',
    async (format) => {
      const file = join(folder.path, `own.${format}`);
      writeFileSync(file, 'an older one that all may read', { mode: 0o644 });
      const partials = new Set<number>();
      async function* watched() {
        for await (const batch of inBatches(ROWS)) {
          for (const name of files().filter((one) => one.startsWith(`.own.${format}`)))
            partials.add(statSync(join(folder.path, name)).mode & 0o777);
          yield batch;
        }
      }
      const mask = process.umask(0o022);
      try {
        await writeRows(watched(), COLUMNS, file, format);
      } finally {
        process.umask(mask);
      }
      expect([...partials, statSync(file).mode & 0o777]).toEqual([0o600, 0o600]);
      rmSync(file);
    },
  );

  test('as CSV has a header, quotes what needs it, and keeps the order', async () => {
    const file = join(folder.path, 'rows.csv');
    const written = await writeRows(inBatches(ROWS), COLUMNS, file, 'csv');
    const content = readFileSync(file, 'utf8');
    expect(content).toBe(
      'customer,orders,trust,since,because\n' +
        '"a ""quoted"", one\nin two lines",3,0.1,2024-01-02T03:04:05.006Z,"{""metric"":[""é"",null]}"\n' +
        '"",,,1969-12-31T00:00:00.000Z,[]\n' +
        '=1+1,9007199254740991,-2.5e-07,,\n',
    );
    expect(written).toEqual({ rows: 3, bytes: Buffer.byteLength(content) });
  });

  test('as Parquet keeps types and values', async () => {
    const file = join(folder.path, 'rows.parquet');
    await writeRows(inBatches(ROWS), COLUMNS, file, 'parquet');
    expect(await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`)).toEqual([
      ['customer', 'VARCHAR'],
      ['orders', 'BIGINT'],
      ['trust', 'DOUBLE'],
      ['since', 'TIMESTAMP WITH TIME ZONE'],
      ['because', 'JSON'],
    ]);
    expect(await query(`SELECT customer, orders, trust, epoch_ms(since), because FROM '${file}'`)).toEqual([
      [ROWS[0].customer, 3n, 0.1, BigInt(Date.UTC(2024, 0, 2, 3, 4, 5, 6)), '{"metric":["é",null]}'],
      ['', null, null, BigInt(Date.UTC(1969, 11, 31)), '[]'],
      ['=1+1', 9_007_199_254_740_991n, -2.5e-7, null, null],
    ]);
  });

  test.each<ExportFormat>(['ndjson', 'csv', 'parquet'])('of nothing as %s is a file that says so', async (format) => {
    const file = join(folder.path, `none.${format}`);
    expect((await writeRows(inBatches([]), COLUMNS, file, format)).rows).toBe(0);
    if (format === 'parquet') expect(await query(`SELECT count(*)::INTEGER FROM '${file}'`)).toEqual([[0]]);
    else expect(readFileSync(file, 'utf8')).toBe(format === 'csv' ? 'customer,orders,trust,since,because\n' : '');
  });

  test.each<ExportFormat>(['ndjson', 'csv', 'parquet'])('as %s appears whole or not at all', async (format) => {
    const file = folder.write(`old.${format}`, 'the old file');
    const before = files();
    async function* failing() {
      yield ROWS;
      throw new Error('the store went away');
    }
    await expect(writeRows(failing(), COLUMNS, file, format)).rejects.toThrow('the store went away');
    expect(readFileSync(file, 'utf8')).toBe('the old file');
    expect(files()).toEqual(before);
  });

  test.each<ExportFormat>(['ndjson', 'csv', 'parquet'])('as %s stops when the signal is aborted', async (format) => {
    const abort = new AbortController();
    const before = files();
    async function* endless() {
      for (;;) {
        yield ROWS;
        abort.abort(new Error('stopped by hand'));
      }
    }
    const file = join(folder.path, `aborted.${format}`);
    await expect(writeRows(endless(), COLUMNS, file, format, { signal: abort.signal })).rejects.toThrow(
      'stopped by hand',
    );
    expect(files()).toEqual(before);
  });

  test.each<[string, Row]>([
    ['customer', { customer: 17 }],
    ['orders', { orders: 1.5 }],
    ['trust', { trust: '0.5' }],
    ['since', { since: Number.MAX_VALUE }],
  ])('refuses a wrong value in the column %s, by row', async (column, wrong) => {
    const writing = writeRows(inBatches([ROWS[0], wrong]), COLUMNS, join(folder.path, 'wrong.csv'), 'csv');
    await expect(writing).rejects.toMatchObject({ row: 2, column });
    await expect(writing).rejects.toBeInstanceOf(ExportError);
  });

  test.each<ExportFormat>(['ndjson', 'csv'])(
    'goes to a stream as %s as it goes to a file, and leaves it open',
    async (format) => {
      const chunks: Buffer[] = [];
      const stream = new Writable({
        write: (chunk: Buffer, _, done) => {
          chunks.push(chunk);
          done();
        },
      });
      const file = join(folder.path, `same.${format}`);
      const written = await writeRows(inBatches(ROWS), COLUMNS, stream, format);
      expect(written).toEqual(await writeRows(inBatches(ROWS), COLUMNS, file, format));
      expect(Buffer.concat(chunks).toString()).toBe(readFileSync(file, 'utf8'));
      expect(stream.writableEnded).toBe(false);
    },
  );
});
