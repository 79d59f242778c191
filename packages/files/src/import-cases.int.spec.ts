import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
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
    expect(['o-0', 'o-90001', 'o-90002', 'o-90003'].map((id) => byId(items, id)?.data.total)).toEqual([
      10, 2.75, 19.99, 100,
    ]);
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
    // A mapping that says by itself how its dates are written is not asked.
    const own = mapping("{topic: 'x'}")
      .replace("'order.completed'", "'call.received'")
      .replace("TIMESTAMP '2026-01-01'", "strptime(day, '%m/%d/%Y')");
    expect(byId((await read(file, own)).items, 'o-90001')?.occurredAt).toBe(Date.UTC(2026, 8, 17));
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

  test('numbers with a comma are asked for; a few among others are odd rows; a point that shows itself is told', async () => {
    const german = folder.write('decimals.csv', 'n;card;amount\n1;C1;1,5\n2;C2;2.345,60\n3;C3;7\n');
    for (const data of ['{orderId: n, total: amount}', '{orderId: n, total: amount * 1}'])
      await expect(read(german, mapping(data))).rejects.toMatchObject({
        message: expect.stringMatching(/column amount: line 2 has "1,5": the comma .*--decimal/),
      });
    const few = folder.write('few.csv', 'n,card,amount\n1,C1,1\n2,C2,2\n3,C3,3\n4,C4,4\n5,C5,"1,234"\n');
    const { items, account } = await read(few, mapping('{orderId: n, total: amount * 1}'));
    expect(rejected(items)).toEqual(['6 amount: expected a number, got "1,234"']);
    expect(account.inputs[0].columns[2].note).toMatch(/line 6 has "1,234"; say --decimal if that is a number/);
    const clear = folder.write('clear.csv', 'n;card;amount\n1;C1;1.234\n2;C2;5.6\n');
    expect((await read(clear, mapping('{orderId: n, total: amount}'))).account.inputs[0].columns[2].note).toBe(
      'the point is taken to stand before decimals: line 3 has "5.6"',
    );
  });

  test('numbers of Parquet that are larger than JavaScript keeps are kept as text, or refused as they are', async () => {
    const file = join(folder.path, 'large.parquet');
    async function* rows() {
      yield [
        { n: 1n, card: 'a', ref: 17841405822304913n },
        { n: 2n, card: 'b', ref: 17841405822304913n },
      ];
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
    const data = `CASE n WHEN 1 THEN to_json({orderId: ref, total: 19.99::DECIMAL(38, 20), huge: ref::VARCHAR})
      ELSE to_json({orderId: ref, ref: ref}) END`;
    const { items } = await read(file, mapping(data));
    expect(touchpoints(items).map((one) => one.data)).toEqual([
      { orderId: '17841405822304913', total: 19.99, huge: '17841405822304913' },
    ]);
    expect(rejected(items)).toEqual([expect.stringMatching(/^2 data.ref: .*got 17841405822304913\. /)]);
  });
});

test('functions of text read a column as it is written, whatever its values are', async () => {
  const file = folder.write(
    'text.csv',
    'n,card,day,price,open\n12,C1,2026-01-02,1.50,true\n34,C2,2026-01-03,2.50,false\n',
  );
  const data = `{orderId: left(n, 1) || lower(open), note: replace(price, '.', ','), place: strftime(strptime(day, '%Y-%m-%d'), '%d')}`;
  const { items } = await read(file, mapping(data));
  expect(touchpoints(items).map((one) => one.data)).toEqual([
    { orderId: '1true', note: '1,50', place: '02' },
    { orderId: '3false', note: '2,50', place: '03' },
  ]);
});

test('a column that is empty is nothing, of whichever kind a mapping wants it', async () => {
  const file = folder.write('empty.csv', 'n,card,amount,discount,due\n1,C1,10,,\n2,C2,11,,\n');
  const data = `{orderId: n, total: amount - coalesce(discount, 0), weight: discount * 2, place: strftime(due, '%Y'),
    quantity: year(due), note: trim(discount)}`;
  const { items } = await read(file, mapping(data));
  expect(touchpoints(items).map((one) => one.data)).toEqual([
    { orderId: '1', total: 10 },
    { orderId: '2', total: 11 },
  ]);
});

test('instants of a place are read in its time zone', async () => {
  const file = folder.write('local.csv', 'n,card,sold_at\n1,C1,2026-01-02 10:00:00\n2,C2,2026-07-02\n');
  const sql = mapping("{topic: 'x'}")
    .replace('order.completed', 'call.received')
    .replace("TIMESTAMP '2026-01-01'", "sold_at AT TIME ZONE 'Europe/Berlin'");
  const { items } = await read(file, sql);
  expect(touchpoints(items).map(({ occurredAt }) => new Date(occurredAt).toISOString())).toEqual([
    '2026-01-02T09:00:00.000Z',
    '2026-07-01T22:00:00.000Z',
  ]);
});

test('numbers that a mapping says itself are its own, every digit', async () => {
  const file = folder.write('one.csv', 'n,card,price\n1,C1,2.5\n');
  for (const [data, expected] of [
    [
      '{orderId: 17841405822304913, weight: 1e3, total: price * 1e3}',
      { orderId: '17841405822304913', weight: 1000, total: 2500 },
    ],
    [
      '{orderId: 17841405822304913, weight: -0.5, total: price * 2}',
      { orderId: '17841405822304913', weight: -0.5, total: 5 },
    ],
  ] as const) {
    const { items } = await read(file, mapping(data));
    expect(touchpoints(items)[0].data).toEqual(expected);
  }
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
    expect(account.inputs).toMatchObject([{ layout: 'CSV, comma between values, header in the first line', rows: 3 }]);
  });

  test.each([
    ['passed on', '{orderId: n, total: amount}', /^4 data\.total: expected a number.*got "n\/a"/, [10, 11, 12]],
    ['calculated with', '{orderId: n, total: amount * 2}', /^4 amount: expected a number, got "n\/a"$/, [20, 22, 24]],
  ])('an amount that is none, where it is %s', async (_, data, message, totals) => {
    const { items, account } = await read(caseFile('not-available.csv'), mapping(data));
    expect(touchpoints(items).map((one) => one.data.total)).toEqual(totals);
    expect(rejected(items)).toEqual([expect.stringMatching(message)]);
    expect(account.inputs[0].columns[2].note).toBe('most values are numbers, but line 4 has "n/a"');
    expect(account.files).toMatchObject([{ lines: 4, becameTouchpoints: 3, unaccounted: 0 }]);
  });

  test('a line that is no JSON', async () => {
    const { items, account } = await readCase(caseFile('odd-line.ndjson'), 'plain.sql');
    expect(touchpoints(items).map(({ id }) => id)).toEqual(['o-1', 'o-3']);
    expect(rejected(items)).toEqual([expect.stringMatching(/^2 : not JSON/)]);
    expect(account.files).toMatchObject([{ lines: 3, becameTouchpoints: 2, unaccounted: 0 }]);
  });

  test('a key that stands twice; one that comes late is no fault', async () => {
    const lines = Array.from({ length: 21_000 }, (_, n) => `{"n":${n},"card":"C${n}"}`);
    lines.push('{"n":90001,"card":"L1","total":2.5}', '{"n":90002,"card":"L2","card":"L3"}', '[1]');
    const { items } = await readCase(folder.write('keys.ndjson', lines.join('\n')), 'totals.sql');
    expect(byId(items, 'o-90001')?.data).toEqual({ orderId: '90001', total: 2.5 });
    expect(touchpoints(items)).toHaveLength(21_001);
    expect(rejected(items)).toEqual([
      '21002 : the key "card" stands twice',
      '21003 : expected an object, a row of the table',
    ]);
  });

  test('a line that ends otherwise than the others', async () => {
    const file = folder.write('ends.csv', 'n,card\r\n1,C1\r\n2,C2\n3,C3\r4,"C\r\n4"\r\n5,C5');
    const { items } = await readCase(file, 'plain.sql');
    expect(touchpoints(items).map(({ id, customer }) => [id, customer])).toEqual([
      ['o-1', 'C1'],
      ['o-2', 'C2'],
      ['o-3', 'C3'],
      ['o-5', 'C5'],
    ]);
    expect(rejected(items)).toEqual([expect.stringMatching(/^5 customer: .*control/)]);
  });

  test('a date that is none, among dates', async () => {
    const file = folder.write('dates.csv', 'n,card,sold_at\n1,C1,2026-01-01\n2,C2,0000-00-00\n3,C3,2026-01-03\n');
    const { items, account } = await readCase(file, 'sold-at.sql');
    expect(touchpoints(items).map(({ id }) => id)).toEqual(['o-1', 'o-3']);
    expect(rejected(items)).toEqual([expect.stringMatching(/^3 sold_at: expected a date .*got "0000-00-00"$/)]);
    expect(account.inputs[0].columns[2].note).toBe('most values are dates, but line 3 has "0000-00-00"');
  });

  test('a file among several, of which each is named by itself', async () => {
    const good = folder.write('good.csv', 'n,card\n1,C1\n');
    const bad = folder.write('bad.csv', 'n,card\n2,"C2\n3,C3\n4,C4,more\n');
    const { items, account } = await collect([good, bad], caseSql('plain.sql'), { context: later });
    expect(touchpoints(items).map(({ id }) => id)).toEqual(['o-1', 'o-3']);
    expect(rejectedOf(items).map(({ at }) => at)).toEqual([
      { file: bad, line: 2 },
      { file: bad, line: 4 },
    ]);
    expect(account.files).toMatchObject([{ lines: 4, becameTouchpoints: 2, unaccounted: 0 }]);
  });

  test.each([
    ['a CAST', 'phone::INTEGER', '4 phone: expected a number that fits INTEGER, got "x"'],
    ['a CAST into a narrow type', '(phone * 10)::INTEGER + n::TINYINT', '4 phone: expected a number, got "x"'],
    [
      'a date by strptime',
      "strptime(day, '%d.%m.%Y')::VARCHAR",
      '3 day: expected a date written as %d.%m.%Y, got "00.00.0000"',
    ],
    ['CASE', 'CASE WHEN n > 0 THEN phone ELSE 0 END', '4 phone: expected a number, got "x"'],
    ['coalesce', 'coalesce(phone, 0)', '4 phone: expected a number, got "x"'],
    ['a part of a date', 'year(sold)', '2 sold: expected a date such as'],
  ])('a value that is not what %s takes it for', async (_, expression, reason) => {
    const file = folder.write(
      'casts.csv',
      'n,card,phone,day,sold\n1,C1,71,01.02.2026,?\n2,C2,72,00.00.0000,2026-01-02\n3,C3,x,03.02.2026,2026-01-02\n',
    );
    const { items, account } = await read(file, mapping(`{orderId: n, note: ${expression}}`));
    expect(rejected(items)).toEqual([expect.stringContaining(reason)]);
    expect(account.touchpoints).toBe(2);
  });

  test('objects among amounts that are calculated with', async () => {
    const file = folder.write(
      'mixed.ndjson',
      '{"n":1,"card":"C1","total":1.5}\n{"n":2,"card":"C2","total":{"a":1}}\n{"n":3,"card":"C3","total":2}\n',
    );
    const { items } = await read(file, mapping('{orderId: n, total: total * 2}'));
    expect(touchpoints(items).map(({ data }) => data.total)).toEqual([3, 4]);
    expect(rejected(items)).toEqual(['2 total: expected a number, got "{\\"a\\":1}"']);
  });

  test('columns that differ only in case are told apart, or asked for', async () => {
    const file = folder.write('case.csv', 'n,card,Amount,amount\n1,C1,10,20\n');
    const total = async (name: string) =>
      touchpoints((await read(file, mapping(`{orderId: n, total: ${name}}`))).items)[0].data.total;
    expect(await total('amount')).toBe(20);
    expect(await total('Amount')).toBe(10);
    await expect(read(file, mapping('{orderId: n, total: AMOUNT}'))).rejects.toMatchObject({
      kind: 'mapping',
      message: expect.stringContaining('AMOUNT may be Amount or amount'),
    });
  });

  // A quote that opens the last value and one that ends a line make a value over several lines, which is right.
  test.each([
    ['opening the last value', ['x,"C', 'x,"C"x,y', 'x, "C",y', 'x,C,"y', 'x,"C","y" z', 'x,"a","b","c"']],
    ['ending a line', ['x,"C', 'x,"C"x,y', 'x, "C",y', 'x,"', 'x,"C","y" z', 'x,"a","b","c"', '"']],
  ])('whatever stray quotes come into a good file, also %s, only their own lines are rejected', async (_, bad) => {
    const good = (n: number): string => (n % 3 === 0 ? `${n},"C${n}","24"" oak, and more"` : `${n},C${n},plain`);
    const row = fc.oneof(
      { weight: 3, arbitrary: fc.constant('good') },
      { weight: 1, arbitrary: fc.constantFrom(...bad) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), async (rows, end) => {
        const lines = rows.map((kind, i) => (kind === 'good' ? good(i + 2) : kind));
        const file = folder.write('shuffled.csv', ['n,card,what', ...lines].join(end) + end);
        const { items, account } = await readCase(file, 'plain.sql');
        const linesOf = (isGood: boolean) => rows.flatMap((kind, i) => ((kind === 'good') === isGood ? [i + 2] : []));
        const recorded = items.flatMap((item) => (item.kind === 'touchpoint' ? [item] : []));
        expect(recorded.map(({ at }) => at.line).sort((a, b) => a - b)).toEqual(linesOf(true));
        expect(recorded.every(({ at, touchpoint }) => touchpoint.customer === `C${at.line}`)).toBe(true);
        expect(rejectedOf(items).map(({ at }) => at.line)).toEqual(linesOf(false));
        expect(account.files[0].lines).toBe(lines.length);
        expect(accountedLines(account.files[0])).toBe(lines.length);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the account', () => {
  test.each(['', ", encoding = 'latin-1'"])(
    'counts nothing of an input that a mapping does not use%s',
    async (more) => {
      const sql = caseSql('accounting.sql').sql.replace("'accounting.csv'", `'${caseFile('accounting.csv')}'`);
      const { account } = await read(
        caseFile('accounting.csv'),
        sql.replace('auto_detect = false', `auto_detect = false${more}`),
      );
      expect(account).toMatchObject({ touchpoints: 2, rejected: 0, inputs: [] });
      expect(account.files).toMatchObject([{ lines: 2, becameTouchpoints: 2, rejected: {}, unaccounted: 0 }]);
      expect(account.files[0].countedTwice).toBeUndefined();
    },
  );

  test('counts a row once from which several touchpoints come', async () => {
    const file = folder.write(
      'nested.ndjson',
      '{"n":1,"card":"C1","lines":[{"k":1},{"k":2}]}\n{"n":2,"card":"C2","lines":[{"k":3}]}\n',
    );
    const sql = `SELECT 'o-' || l.k AS id, 's' AS source, 'order.completed' AS type, card AS customer, TIMESTAMP '2026-01-01' AS occurred_at,
      {orderId: l.k} AS data FROM (SELECT n, card, unnest(lines) AS l FROM input)`;
    const direct = `SELECT 'o-' || l.k AS id, 's' AS source, 'order.completed' AS type, card AS customer, TIMESTAMP '2026-01-01' AS occurred_at,
      {orderId: l.k} AS data FROM input, unnest(lines) AS u(l)`;
    for (const one of [sql, direct]) {
      const { account } = await read(file, one);
      expect(account.touchpoints).toBe(3);
      expect(account.files[0].unaccounted).toBe(0);
      expect(account.files[0].lines).toBe(2);
    }
    expect((await read(file, direct)).account.files[0]).toMatchObject({ becameTouchpoints: 2 });
  });

  test('says of a mapping that counts too many lines by how much, and nothing negative', async () => {
    const { account } = await read(caseFile('not-available.csv'), mapping('{orderId: n}', ', 3 AS lines FROM input'));
    expect(account.files).toMatchObject([{ lines: 4, becameTouchpoints: 12, unaccounted: 0, countedTwice: 8 }]);
  });
});

describe('touchpoints as JSON', () => {
  const touchpoint = (id: number) => ({
    id: `t-${id}`,
    source: 's',
    type: 'order.completed',
    customer: 'c',
    occurredAt: '2026-01-01T00:00:00Z',
    data: { total: id },
  });

  test.each([
    ['an array over many lines', JSON.stringify([1, 2, 3].map(touchpoint), null, 2)],
    ['an array in one line', JSON.stringify([1, 2, 3].map(touchpoint))],
    [
      'one object over many lines after the other',
      [1, 2, 3].map((id) => JSON.stringify(touchpoint(id), null, 2)).join('\n'),
    ],
  ])('in %s are all recorded', async (_, text) => {
    const { items, account } = await collect(
      [folder.write('array.json', text)],
      { preset: 'touchpoints' },
      { context: later },
    );
    expect(touchpoints(items).map(({ id }) => id)).toEqual(['t-1', 't-2', 't-3']);
    expect(account.files).toMatchObject([{ unit: 'row', lines: 3, becameTouchpoints: 3, unaccounted: 0 }]);
  });

  test('in an array that is cut off end with where it begins', async () => {
    const file = folder.write('cut.json', JSON.stringify([1, 2].map(touchpoint), null, 2).slice(0, -4));
    await expect(collect([file], { preset: 'touchpoints' }, { context: later })).rejects.toMatchObject({
      message: expect.stringMatching(/cut\.json, line \d+: .*never closed/),
    });
  });
});

describe('a file name is a name, and no pattern', () => {
  test.each(['orders[1].csv', 'order?1.csv', 'orders*.csv', '{orders1,x}.csv', "order's1.csv"])('%s', async (name) => {
    folder.write('orders1.csv', 'n,card\n1,wrong\n');
    const file = folder.write(name, 'n,card\n1,right\n');
    const { items } = await readCase(file, 'plain.sql');
    expect(touchpoints(items).map(({ customer }) => customer)).toEqual(['right']);
  });

  test.each(['large[1].parquet', 'large?.parquet', '{large1}.parquet'])('%s', async (name) => {
    for (const [file, card] of [
      ['large1.parquet', 'wrong'],
      [name, 'right'],
    ] as const) {
      async function* rows() {
        yield [{ n: 1n, card }];
      }
      const columns = [
        { name: 'n', type: 'integer' },
        { name: 'card', type: 'text' },
      ] as const;
      await writeRows(rows(), columns, join(folder.path, file), 'parquet');
    }
    const { items } = await readCase(join(folder.path, name), 'plain.sql');
    expect(touchpoints(items).map(({ customer }) => customer)).toEqual(['right']);
  });

  test('to functions of DuckDB it is one, which is said', async () => {
    folder.write('orders1.csv', 'n,card\n1,wrong\n');
    const file = folder.write('orders[1].csv', 'n,card\n1,right\n');
    await expect(read(file, mapping('{orderId: n}', `FROM read_csv('${file}')`))).rejects.toMatchObject({
      message: expect.stringContaining('orders[1].csv is a pattern: rename it, or read it as input'),
    });
  });
});

test('a stop is never lost, whenever it comes', async () => {
  const file = folder.write('stop.csv', large.lateCents());
  const whole = await readCase(file, 'totals.sql');
  expect(whole.account.touchpoints).toBe(20_483);
  for (const delay of [0, 1, 5, 20, 50, 100, 150]) {
    const stop = new AbortController();
    const reading = readCase(file, 'totals.sql', { signal: stop.signal });
    const timer = setTimeout(() => stop.abort(), delay);
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    clearTimeout(timer);
  }
});
