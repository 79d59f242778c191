import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImportItem } from './import-item';
import type { ReadOptions } from './read-files';
import { accountedLines, collect, context, fixture, rejectedOf, summary, temporaryFolder } from './testing/collect';
import * as large from './testing/large-cases';
import { writeRows } from './write-rows';

const folder = temporaryFolder();
afterAll(folder.remove);

const later = { ...context, now: Date.UTC(2027, 0, 1) };
const caseFile = (name: string): string => fixture(join('cases', name));
const caseSql = (name: string) => ({ sql: readFileSync(caseFile(name), 'utf8'), name });

const read = (files: string | readonly string[], sql: string, options: Partial<ReadOptions> = {}) =>
  collect(typeof files === 'string' ? [files] : files, { sql, name: 'mapping.sql' }, { context: later, ...options });

const readCase = (file: string, sql: string, options: Partial<ReadOptions> = {}) =>
  collect([file], caseSql(sql), { context: later, ...options });

const touchpoints = (items: readonly ImportItem[]) =>
  items.flatMap((item) => (item.kind === 'touchpoint' ? [item.touchpoint] : []));

const byId = (items: readonly ImportItem[], id: string) => touchpoints(items).find((one) => one.id === id);

const rejected = (items: readonly ImportItem[]) =>
  rejectedOf(items).map(({ at, field, reason }) => `${at.line} ${field}: ${reason}`);

const mapping = (data: string, rest = 'FROM input') =>
  `SELECT 'o-' || n AS id, 's' AS source, 'order.completed' AS type, card AS customer, TIMESTAMP '2026-01-01' AS occurred_at, ${data} AS data ${rest}`;

describe('ids and customers are the text of the file', () => {
  test.each([
    ['ids-1E5.csv', ['1E5', '100000']],
    ['ids-20-digits.csv', ['89490200001234567801', '89490200001234567802', '89490200001234567803']],
  ])('in %s', async (file, customers) => {
    const { items } = await readCase(caseFile(file), 'ids.sql');
    expect(touchpoints(items).map(({ customer }) => customer)).toEqual(customers);
  });

  test('with leading zeros that come after 21,000 rows without', async () => {
    const { items, account } = await readCase(folder.write('late.csv', large.lateZeros()), 'ids.sql');
    expect(byId(items, 'o90001')?.customer).toBe('0071');
    expect(byId(items, 'o90002')?.customer).toBe('71');
    expect(account).toMatchObject({ touchpoints: 21_002, rejected: 0 });
    expect(account.inputs[0].columns).toEqual([
      { name: 'n', kind: 'whole number' },
      { name: 'card', kind: 'text', note: expect.stringContaining('line 21002 has "0071"') },
    ]);
  });

  test('in JSON too, also numbers of 20 digits and beside texts', async () => {
    const file = folder.write(
      'ids.ndjson',
      '{"n":1,"card":89490200001234567801}\n{"n":2,"card":89490200001234567802}\n{"n":3,"card":"0071"}\n{"n":4,"card":71}\n{"n":5,"card":1.10}\n',
    );
    const { items } = await readCase(file, 'ids.sql');
    expect(touchpoints(items).map(({ customer }) => customer)).toEqual([
      '89490200001234567801',
      '89490200001234567802',
      '0071',
      '71',
      '1.10',
    ]);
  });

  test('also where the same column is calculated with', async () => {
    const file = folder.write('both.csv', 'n,card,price\n1,C1,5.5\n2,C2,7\n3,C3,1.10\n');
    const sql = `SELECT card || '/' || price AS id, 's' AS source, 'order.completed' AS type, card AS customer,
      TIMESTAMP '2026-01-01' AS occurred_at, {orderId: price, total: price * 2, weight: price} AS data FROM input`;
    const { items } = await read(file, sql);
    expect(touchpoints(items).map(({ id, data }) => [id, data])).toEqual([
      ['C1/5.5', { orderId: '5.5', total: 11, weight: 5.5 }],
      ['C2/7', { orderId: '7', total: 14, weight: 7 }],
      ['C3/1.10', { orderId: '1.10', total: 2.2, weight: 1.1 }],
    ]);
  });

  test('and are compared as text: 71 is not 0071, in a WHERE and in a join', async () => {
    const orders = folder.write('orders.csv', 'n,card\n1,71\n2,72\n');
    const people = folder.write('people.csv', 'k,name\n0071,anna\n71,bruno\nx,clara\n');
    const one = await read(orders, `${mapping('{orderId: n}')} WHERE card = '0071'`);
    expect(touchpoints(one.items)).toEqual([]);
    const joined = await read(
      [orders, people],
      mapping('{orderId: n}', 'FROM input_1 JOIN input_2 ON card = k').replace('card AS customer', 'name AS customer'),
    );
    expect(touchpoints(joined.items).map(({ customer }) => customer)).toEqual(['bruno']);
  });
});

describe('amounts and instants are what stands in the file', () => {
  test('in a CSV file that gets cents late; 1e2 is a number, and it is 100', async () => {
    const { items, account } = await readCase(folder.write('cents.csv', large.lateCents()), 'totals.sql');
    expect(['o-0', 'o-90001', 'o-90002', 'o-90003'].map((id) => byId(items, id)?.data.total)).toEqual([10, 2.75, 19.99, 100]);
    expect(account).toMatchObject({ touchpoints: 20_483, rejected: 0 });
  });

  test('in JSON that gets cents late; true is no amount', async () => {
    const { items } = await readCase(folder.write('cents.ndjson', large.lateCentsAsJson()), 'totals.sql');
    expect(['o-0', 'o-90001', 'o-90002'].map((id) => byId(items, id)?.data.total)).toEqual([10, 2.75, 19.99]);
    expect(rejected(items)).toEqual([expect.stringMatching(/^20483 data.total: expected a number/)]);
  });

  test('a time after 20,480 dates, and an offset after 2,100 times', async () => {
    const times = await readCase(folder.write('times.csv', large.lateTime()), 'sold-at.sql');
    expect(byId(times.items, 'o-90001')?.occurredAt).toBe(Date.UTC(2026, 0, 2, 15, 30));
    expect(byId(times.items, 'o-0')?.occurredAt).toBe(Date.UTC(2026, 0, 1));
    const offsets = await readCase(folder.write('offsets.csv', large.lateOffset()), 'sold-at.sql');
    expect(byId(offsets.items, 'o-90001')?.occurredAt).toBe(Date.UTC(2026, 0, 3, 7, 30));
    expect(offsets.account.inputs[0].columns[2].note).toBe('an instant without offset is taken as UTC');
  });

  test('also where an instant is cast, compared or the least of several', async () => {
    const file = folder.write('cast.csv', 'n,card,sold_at\n1,C1,2026-01-02T23:30:00-08:00\n2,C1,2026-01-05\n');
    for (const expression of ['sold_at::TIMESTAMP', 'min(sold_at)', 'TRY_CAST(sold_at AS TIMESTAMP)']) {
      const sql = `SELECT any_value(n) AS id, 's' AS source, 'call.received' AS type, card AS customer, ${expression} AS occurred_at,
        {topic: 'x'} AS data FROM input WHERE sold_at < '2026-01-04' GROUP BY card, sold_at`;
      const { items } = await read(file, sql);
      expect(touchpoints(items).map(({ occurredAt }) => occurredAt)).toEqual([Date.UTC(2026, 0, 3, 7, 30)]);
    }
  });

  test('a date that two formats fit is asked for, and read as it was said', async () => {
    const file = folder.write('us-dates.csv', large.americanDates());
    await expect(readCase(file, 'us-dates.sql')).rejects.toMatchObject({
      kind: 'mapping',
      message: expect.stringMatching(/column day: line 2 has "01\/01\/2026".*--dates dmy or --dates mdy/),
    });
    const { items, account } = await readCase(file, 'us-dates.sql', { format: { dates: 'mdy' } });
    expect(byId(items, 'o90001')?.occurredAt).toBe(Date.UTC(2026, 8, 17));
    expect(byId(items, 'o1')?.occurredAt).toBe(Date.UTC(2026, 0, 2));
    expect(account).toMatchObject({ touchpoints: 21_001, rejected: 0 });
    const own = (await readCase(file, 'us-dates.sql')).items.length === 0;
    expect(own).toBe(false);
  });

  test('1.234 in a file with semicolons is asked for, and read as it was said', async () => {
    const file = folder.write('german.csv', 'n;card;amount\n1;C1;1.234\n2;C2;12\n');
    for (const data of ['{orderId: n, total: amount}', '{orderId: n, total: amount * 1}'])
      await expect(read(file, mapping(data))).rejects.toMatchObject({
        kind: 'mapping',
        message: expect.stringMatching(/--decimal/),
      });
    const totals = async (decimal: 'point' | 'comma') =>
      touchpoints((await read(file, mapping('{orderId: n, total: amount}'), { format: { decimal } })).items).map(
        ({ data }) => data.total,
      );
    expect(await totals('comma')).toEqual([1234, 12]);
    expect(await totals('point')).toEqual([1.234, 12]);
    const { items } = await read(
      folder.write('comma.csv', 'n;card;amount\n1;C1;1.234,50\n2;C2;0,99\n'),
      mapping('{orderId: n, total: amount * 2}'),
      { format: { decimal: 'comma' } },
    );
    expect(touchpoints(items).map(({ data }) => data.total)).toEqual([2469, 1.98]);
  });

  test('numbers of Parquet that are larger than JavaScript keeps stay what they are', async () => {
    const file = join(folder.path, 'large.parquet');
    async function* rows() {
      yield [{ n: 1n, card: 'a', ref: 17841405822304913n }];
    }
    await writeRows(
      rows(),
      [
        { name: 'n', type: 'integer' },
        { name: 'card', type: 'text' },
        { name: 'ref', type: 'integer' },
      ],
      file,
      'parquet',
    );
    const data = `{orderId: ref, ref: ref, total: 19.99::DECIMAL(38, 20), huge: ref::HUGEINT * 1000000}`;
    const { items } = await read(file, mapping(data));
    expect(touchpoints(items)[0].data).toEqual({
      orderId: '17841405822304913',
      ref: '17841405822304913',
      total: 19.99,
      huge: '17841405822304913000000',
    });
  });
});

describe('what is wrong costs its own row only', () => {
  test('a file that is cut off in a quote', async () => {
    const { items } = await readCase(caseFile('cut-off.csv'), 'plain.sql');
    expect(summary(items)).toEqual([
      '4 rejected : a quote that is never closed',
      '2 order.completed o-1 of C1',
      '3 order.completed o-2 of C2',
    ]);
  });

  test('a quote in a quoted value', async () => {
    const { items, account } = await readCase(folder.write('quotes.csv', large.badQuote()), 'plain.sql');
    expect(account).toMatchObject({ touchpoints: 200, rejected: 1 });
    expect(rejected(items)).toEqual(['202 : a quote that is closed before the value ends']);
    expect(byId(items, 'o-7')?.customer).toBe('C7');
    expect(account.files).toMatchObject([{ lines: 201, becameTouchpoints: 200, unaccounted: 0 }]);
  });

  test('quotes for inches, in a preset', async () => {
    const { items, account } = await collect([caseFile('inch-marks.csv')], { preset: 'online-retail' });
    expect(touchpoints(items).map(({ id, data }) => [id, data.total])).toEqual([
      ['536365', 10],
      ['536366', 20],
      ['536367', 40],
    ]);
    expect(account.files).toMatchObject([{ lines: 4, header: 1, becameTouchpoints: 3, rejected: {}, unaccounted: 0 }]);
  });

  test('an amount that is none, where it is only passed on and where it is calculated with', async () => {
    const passed = await readCase(caseFile('not-available.csv'), 'totals.sql'.replace('totals', 'totals'));
    void passed;
  });
});
