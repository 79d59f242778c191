import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Mapping } from './import-item';
import { accountedLines, collect, fixture, summary, temporaryFolder } from './testing/collect';

const folder = temporaryFolder();
afterAll(folder.remove);

const touchpointsOf = async (file: string, mapping: Mapping) =>
  (await collect([file], mapping)).items.flatMap((item) => (item.kind === 'touchpoint' ? [item.touchpoint] : []));

describe('the preset online-retail', () => {
  const mapping = { preset: 'online-retail' } as const;
  const file = fixture('invoices.csv');

  test('makes one touchpoint of an invoice, in the order in which they happened, and rejects bad lines first', async () => {
    const { items } = await collect([file], mapping);
    expect(summary(items)).toEqual([
      '21 rejected : expected 8 columns, found 5',
      '23 rejected : expected 8 columns, found 10',
      '16 rejected Quantity: expected a whole number',
      '17 rejected InvoiceDate: expected an instant such as 2010-12-01 08:26:00',
      '18 rejected UnitPrice: expected a number of at least 0',
      '19 rejected UnitPrice: expected a number of at least 0',
      '20 rejected Quantity: a cancellation takes back: expected a number below 0',
      '2 order.completed 900001 of 501',
      '5 order.completed 900002 of 502',
      '8 order.refunded C900004 of 502',
      '9 compensation.accepted C900004/credit of 502',
      '10 compensation.accepted C900005/credit of 501',
      '24 order.completed 900014 of 504',
      '25 order.completed 900014/505 of 505',
    ]);
  });

  test('sums an invoice up exactly and dates it by its first minute', async () => {
    const [order, , refund, discount, several] = await touchpointsOf(file, mapping);
    expect(order).toMatchObject({
      occurredAt: Date.UTC(2024, 2, 1, 9),
      data: {
        orderId: '900001',
        total: 8.4,
        currency: 'GBP',
        items: [
          { sku: '10001A', quantity: 2, price: 2.55 },
          { sku: '10002', quantity: 3, price: 1.1 },
        ],
      },
    });
    expect(refund.data).toEqual({ total: 1.1, currency: 'GBP', items: [{ sku: '10002', quantity: 1, price: 1.1 }] });
    expect(discount.data).toEqual({ amount: 4, currency: 'GBP', kind: 'discount' });
    expect(several.data).toEqual({ amount: 10, currency: 'GBP', kind: 'several' });
  });

  test('accounts for every line once', async () => {
    const { account } = await collect([file], mapping);
    expect(account.files).toEqual([
      {
        file,
        unit: 'line',
        lines: 25,
        header: 1,
        blank: 1,
        becameTouchpoints: 10,
        belongsToNobody: 2,
        notATouchpoint: {
          'given away: price 0': 1,
          'other code, not a product': 1,
          'postage and carriage': 1,
          'stock adjustment': 1,
        },
        rejected: expect.objectContaining({ 'UnitPrice: expected a number of at least 0': 2 }),
        unaccounted: 0,
      },
    ]);
    expect(accountedLines(account.files[0])).toBe(25);
  });

  test('reads the same file packed, with other delimiters, ends of line and order of columns', async () => {
    const header = 'CustomerID;Extra;InvoiceNo;StockCode;Quantity;InvoiceDate;UnitPrice';
    const other = folder.write(
      'other.csv.gz',
      gzipSync(`\uFEFF${header}\r\n501;x;900001;10001A;2;2024-03-01 09:00:00;2.55\r\n`),
    );
    const [order, ...more] = await touchpointsOf(other, mapping);
    expect(more).toEqual([]);
    expect(order).toMatchObject({ id: '900001', customer: '501', data: { total: 5.1 } });
  });

  test('rejects lines that no text is, by their line', async () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const bad = folder.write(
      'bad.csv',
      Buffer.concat([
        Buffer.from(`${lines[0]}\n900020,10001,caf`),
        Buffer.from([0xe9]),
        Buffer.from(`,1,2024-03-01 09:00:00,1,501.0,X\n900021,10001,"open,1,2024-03-01 09:00:00,1,501.0,X\n`),
        Buffer.from(`900022,10001,${'x'.repeat(2 * 1024 * 1024)},1,2024-03-01 09:00:00,1,501.0,X\n`),
        Buffer.from('900023,10001,"CUP" BIG,1,2024-03-01 09:00:00,1,501.0,X\n'),
        Buffer.from('900024,10001,CUP,1,2024-03-01 09:00:00,1,501.0,X\n'),
      ]),
    );
    const { items, account } = await collect([bad], mapping);
    expect(summary(items)).toEqual([
      '2 rejected : bytes that are not UTF-8',
      '3 rejected : a quote that is never closed',
      '4 rejected : a line longer than 1048576 bytes',
      expect.stringMatching(/^5 rejected /),
      '6 order.completed 900024 of 501',
    ]);
    expect(accountedLines(account.files[0])).toBe(6);
  });

  test.each([
    [
      'wrong-columns',
      () => folder.write('w.csv', 'InvoiceNo,StockCode,Qty\n1,2,3\n'),
      /missing columns Quantity, .*found InvoiceNo, StockCode, Qty/,
    ],
    ['empty-file', () => folder.write('e.csv', ''), /empty/],
    ['empty-file', () => folder.write('blank.csv', '\n\n'), /blank/],
    ['missing-file', () => join(folder.path, 'no.csv'), /no such file/],
    ['not-a-file', () => folder.path, /folder/],
    ['not-text', () => folder.write('b.csv', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0])), /not a text file/],
    ['damaged-archive', () => folder.write('t.csv.gz', gzipSync(readFileSync(file)).subarray(0, 300)), /cut short/],
  ])('stops at %s', async (kind, path, message) => {
    await expect(collect([path()], mapping)).rejects.toMatchObject({
      name: 'ImportError',
      kind,
      message: expect.stringMatching(message),
    });
  });

  test('of a file with a header only yields nothing and says so', async () => {
    const { items, account } = await collect(
      [folder.write('h.csv', readFileSync(file, 'utf8').split('\n')[0])],
      mapping,
    );
    expect(items).toEqual([]);
    expect(account.files[0]).toMatchObject({ lines: 1, header: 1, unaccounted: 0 });
  });
});

describe('the preset cdnow', () => {
  const mapping = { preset: 'cdnow' } as const;

  test('reads the master file and the sample, and tells purchases of one day apart', async () => {
    const { items, account } = await collect([fixture('cdnow.txt')], mapping);
    expect(summary(items)).toEqual([
      '5 rejected date: expected a day such as 19970101',
      '6 rejected : expected 4 or 5 values: customer, [number in the sample,] date, number of CDs, dollars',
      '7 rejected number of CDs: expected a whole number of at least 0',
      '8 rejected dollars: expected a number of at least 0',
      '11 rejected customer: expected digits',
      '1 order.completed 00001-20240101-1 of 00001',
      '4 order.completed 00004-20240102-1 of 00004',
      '10 order.completed 00009-20240105-1 of 00009',
      '2 order.completed 00002-20240112-1 of 00002',
      '3 order.completed 00002-20240112-2 of 00002',
    ]);
    expect(accountedLines(account.files[0])).toBe(11);
    expect(account.files[0].blank).toBe(1);
  });
});

describe('the preset olist', () => {
  const mapping = { preset: 'olist' } as const;
  const source = fixture('olist');

  test('joins the tables into orders, deliveries, cancellations, reviews and complaints', async () => {
    const { items } = await collect([source], mapping);
    expect(summary(items)).toEqual([
      '5 rejected customer_id: no such customer in the file of customers',
      '6 rejected price: expected a number of at least 0',
      '6 rejected order_purchase_timestamp: expected an instant such as 2018-07-29 13:54:51',
      '6 rejected order_id: no such order, or one that was rejected',
      '7 rejected review_score: expected a score from 1 to 5',
      '7 rejected order_id: no such order in the file of orders',
      '7 rejected order_id: this order stands in the file already',
      '2 order.completed o1 of anna',
      '3 order.completed o2 of bruno',
      '3 order.cancelled o2/cancelled of bruno',
      '4 order.completed o3 of anna',
      '2 order.delivered o1/delivered of anna',
      '2 review.posted r1/o1 of anna',
      '2 complaint.opened r1/o1/complaint of anna',
      '4 review.posted r2/o2 of bruno',
      '2 complaint.acknowledged r1/o1/complaint/acknowledged of anna',
      '5 review.posted r3/o3 of anna',
    ]);
  });

  test('tells what was promised, what was paid, and how bad a complaint is', async () => {
    const all = new Map((await touchpointsOf(source, mapping)).map((touchpoint) => [touchpoint.id, touchpoint]));
    expect(all.get('o1')?.data).toEqual({
      orderId: 'o1',
      total: 31,
      currency: 'BRL',
      items: [
        { sku: 'p1', category: 'toys', quantity: 2, price: 10 },
        { sku: 'p2', category: 'desconhecida', quantity: 1, price: 5 },
      ],
      promisedAt: '2024-02-10T00:00:00Z',
    });
    expect(all.get('o2')?.data).toMatchObject({ total: 25, items: [] });
    expect(all.get('r1/o1')?.data).toEqual({ orderId: 'o1', score: 1, scale: 5, text: 'late,\nand "broken"' });
    expect(all.get('r1/o1/complaint')?.data).toEqual({
      caseId: 'r1/o1',
      severity: 'high',
      channel: 'review',
      orderId: 'o1',
    });
  });

  test('accounts for every line of every file', async () => {
    const { account } = await collect([source], mapping);
    expect(account.files.map((file) => [file.file, file.lines, accountedLines(file)])).toEqual([
      ['olist_orders_dataset.csv', 7, 7],
      ['olist_customers_dataset.csv', 6, 6],
      ['olist_order_items_dataset.csv', 7, 7],
      ['olist_order_payments_dataset.csv', 4, 4],
      ['olist_order_reviews_dataset.csv', 7, 7],
      ['olist_products_dataset.csv', 3, 3],
      ['product_category_name_translation.csv', 2, 2],
    ]);
    expect(account.files.every(({ unaccounted }) => unaccounted === 0)).toBe(true);
  });

  test('reads a tar.gz of the folder as the folder', async () => {
    const archive = join(folder.path, 'olist.tar.gz');
    execFileSync('tar', ['czf', archive, '-C', join(source, '..'), 'olist']);
    expect((await collect([archive], mapping)).items).toEqual((await collect([source], mapping)).items);
  });

  test('says which files are missing, and which archive is damaged', async () => {
    const part = join(folder.path, 'part');
    mkdirSync(part);
    cpSync(source, part, { recursive: true });
    rmSync(join(part, 'olist_order_items_dataset.csv'));
    await expect(collect([part], mapping)).rejects.toMatchObject({
      kind: 'wrong-files',
      message: expect.stringContaining('missing olist_order_items_dataset.csv'),
    });
    const archive = folder.write('cut.tar.gz', readFileSync(join(folder.path, 'olist.tar.gz')).subarray(0, 500));
    await expect(collect([archive], mapping)).rejects.toMatchObject({ kind: 'damaged-archive', file: archive });
  });

  test('names the archive and not a temporary folder when a file in it is wrong', async () => {
    const wrong = join(folder.path, 'wrong');
    cpSync(source, wrong, { recursive: true });
    cpSync(join(wrong, 'olist_products_dataset.csv'), join(wrong, 'olist_orders_dataset.csv'));
    const archive = join(folder.path, 'wrong.tar.gz');
    execFileSync('tar', ['czf', archive, '-C', wrong, '.']);
    await expect(collect([archive], mapping)).rejects.toMatchObject({
      kind: 'wrong-columns',
      file: `${archive}/olist_orders_dataset.csv`,
      message: expect.stringContaining(`${archive}/olist_orders_dataset.csv, line 1: missing columns order_id`),
    });
  });
});

describe('every preset', () => {
  test.each([
    ['online-retail', 'invoices.csv'],
    ['cdnow', 'cdnow.txt'],
    ['olist', 'olist'],
  ] as const)('%s yields the same items in the same order every time, and resumes among them', async (preset, file) => {
    const first = await collect([fixture(file)], { preset });
    const again = await collect([fixture(file)], { preset }, { resumeAfter: 4, batchSize: 3 });
    expect(again.items).toEqual(first.items.slice(4));
    expect(again.account).toEqual(first.account);
  });
});
