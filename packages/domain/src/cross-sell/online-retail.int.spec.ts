/** The candidates against what real customers bought next: UCI "Online Retail", where the file is present. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCrossSellIndex } from './cross-sell-index';
import { ownedProducts, ownershipOf } from './ownership-of';

const FILE = join(__dirname, '../../../../../shared/data/online-retail_2010-12-01_2011-08-31.csv.gz');
const CUT = Date.UTC(2011, 6, 1) - 1;
const LINE =
  /^(?<invoice>\d+),(?<sku>\d{5}[A-Za-z]*),(?:"(?:[^"]|"")*"|[^",]*),(?<quantity>\d+),(?<at>[^,]+),(?<price>[\d.]+),(?<customer>\d+)\.0,/;

interface Order {
  readonly type: 'order.completed';
  readonly customer: string;
  readonly occurredAt: number;
  readonly data: { readonly items: { readonly sku: string }[] };
}

const readOrders = (): readonly Order[] => {
  const orders = new Map<string, Order>();
  for (const line of gunzipSync(readFileSync(FILE)).toString('utf8').split('\n')) {
    const fields = LINE.exec(line)?.groups;
    if (fields === undefined || Number(fields.quantity) <= 0 || Number(fields.price) <= 0) continue;
    const { invoice, sku, at, customer } = fields;
    let order = orders.get(invoice);
    if (order === undefined) {
      const occurredAt = Date.parse(`${at.replace(' ', 'T')}Z`);
      order = { type: 'order.completed', customer, occurredAt, data: { items: [] } };
      orders.set(invoice, order);
    }
    order.data.items.push({ sku });
  }
  return [...orders.values()];
};

const present = existsSync(FILE);
if (!present) process.stderr.write(`skipped: candidates on real orders, there is no ${FILE}\n`);

(present ? describe : describe.skip)('candidates on real orders', () => {
  it('hit what customers newly order in the next two months a fifth more often than popular products do', () => {
    const byCustomer = new Map<string, Order[]>();
    const index = createCrossSellIndex();
    for (const order of readOrders()) {
      byCustomer.set(order.customer, [...(byCustomer.get(order.customer) ?? []), order]);
      for (const fact of ownershipOf(order)) index.add(fact.customer, fact.product, fact.firstOrderedAt);
    }
    const popular = index.popular(CUT, 10_000).map(({ product }) => product);
    let [customers, hits, popularHits] = [0, 0, 0];
    for (const orders of byCustomer.values()) {
      const owned = ownedProducts(orders, CUT);
      const had = new Set(owned.map(({ product }) => product));
      const next = orders.filter(({ occurredAt }) => occurredAt > CUT).flatMap(({ data }) => data.items);
      const fresh = new Set(next.map(({ sku }) => sku).filter((sku) => !had.has(sku)));
      if (had.size === 0 || fresh.size === 0) continue;
      customers++;
      if (index.candidates(owned, { asOf: CUT }).some(({ product }) => fresh.has(product))) hits++;
      const ten = popular.filter((product) => !had.has(product)).slice(0, 10);
      if (ten.some((product) => fresh.has(product))) popularHits++;
    }
    expect({ customers, hits, popularHits }).toEqual({ customers: 1073, hits: 503, popularHits: 354 });
    expect(hits / popularHits).toBeGreaterThan(1.2);
  });
});
