import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compileRuleset, evaluate, type FoldedTouchpoint } from '../../relationship';
import { DAY } from '../../time/instant';
import { RETAIL } from './retail';

/**
 * What the stage says about later buying, on nine months of orders of a UK wholesaler (UCI Online Retail, CC BY 4.0).
 * The stage is taken at two days; bought means an order in the two months after. The thresholds of the stages were
 * chosen on these very orders and days, so this guards against a loss and does not forecast other shops.
 */
const FILE = resolve(__dirname, '../../../../../../shared/data/online-retail_2010-12-01_2011-08-31.csv.gz');
const TWO_MONTHS = 62 * DAY;

interface Order {
  readonly at: number;
  total: number;
  readonly items: { readonly sku: string }[];
}

/** InvoiceNo, StockCode, (description, which may hold commas), Quantity, InvoiceDate, UnitPrice, CustomerID, country. */
const LINE = /^(\d{6}),(\d{5}[A-Za-z]?),.*,(\d+),(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),([\d.]+),(\d+)\.0,/;

const ordersByCustomer = (): ReadonlyMap<string, ReadonlyMap<string, Order>> => {
  const customers = new Map<string, Map<string, Order>>();
  for (const line of gunzipSync(readFileSync(FILE)).toString('latin1').split('\n')) {
    const match = LINE.exec(line);
    if (match === null || Number(match[6]) === 0) continue;
    const [, invoice, sku, quantity, day, time, price, customer] = match;
    const orders = customers.get(customer) ?? new Map<string, Order>();
    const order = orders.get(invoice) ?? { at: Date.parse(`${day}T${time}Z`), total: 0, items: [] };
    order.items.push({ sku });
    order.total += Number(quantity) * Number(price);
    customers.set(customer, orders.set(invoice, order));
  }
  return customers;
};

/** The chance that who bought stands above who did not; ties count half. */
const auc = (rows: readonly { readonly score: number; readonly bought: boolean }[]): number => {
  const sorted = rows.toSorted((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    let bought = 0;
    for (to = from; to < sorted.length && sorted[to].score === sorted[from].score; to++)
      if (sorted[to].bought) bought++;
    ranks += (bought * (from + to + 1)) / 2;
  }
  const yes = rows.filter((row) => row.bought).length;
  return (ranks - (yes * (yes + 1)) / 2) / (yes * (rows.length - yes));
};

/** Quintile, 0 to 4, of each value among all. */
const quintiles = (values: readonly number[]): readonly number[] => {
  const sorted = values.toSorted((a, b) => a - b);
  const below = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!below.has(value)) below.set(value, i);
  });
  return values.map((value) => Math.min(4, Math.floor((5 * below.get(value)!) / values.length)));
};

if (!existsSync(FILE)) process.stderr.write(`skipped: the real orders are not at ${FILE}\n`);

(existsSync(FILE) ? describe : describe.skip)('on real orders', () => {
  const customers = existsSync(FILE) ? ordersByCustomer() : new Map<string, ReadonlyMap<string, Order>>();
  const program = compileRuleset(RETAIL);

  test.each(['2011-05-16', '2011-07-01'])(
    'at %s the stage ranks later buyers as RFM does, and rates rise with it',
    (day) => {
      const cut = Date.parse(`${day}T00:00:00Z`);
      const rows = [...customers.values()].flatMap((orders) => {
        const before = [...orders].filter(([, order]) => order.at < cut);
        if (before.length === 0) return [];
        const touchpoints = before.map(
          ([id, { at, total, items }]): FoldedTouchpoint => ({
            id,
            source: 'shop',
            type: 'order.completed',
            occurredAt: at,
            recordedAt: at,
            data: { orderId: id, total, items },
          }),
        );
        return [
          {
            stage: evaluate(program, touchpoints, { asOf: cut - 1 }).fold.stage,
            recency: Math.max(...before.map(([, order]) => order.at)),
            frequency: before.length,
            money: before.reduce((sum, [, order]) => sum + order.total, 0),
            bought: [...orders.values()].some((order) => order.at >= cut && order.at < cut + TWO_MONTHS),
          },
        ];
      });
      const parts = [
        rows.map((row) => row.recency),
        rows.map((row) => row.frequency),
        rows.map((row) => row.money),
      ].map(quintiles);
      const rfm = auc(rows.map(({ bought }, i) => ({ bought, score: parts.reduce((sum, part) => sum + part[i], 0) })));
      const stage = auc(rows.map((row) => ({ bought: row.bought, score: row.stage })));
      expect(stage).toBeGreaterThan(rfm - 0.01);

      const rates = RETAIL.stages.slice(1).map((_, i) => {
        const group = rows.filter((row) => row.stage === i + 1);
        expect(group.length).toBeGreaterThan(rows.length / 20);
        return group.filter((row) => row.bought).length / group.length;
      });
      expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    },
  );
});
