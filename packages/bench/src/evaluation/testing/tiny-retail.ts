import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
/** Eleven products that many have, so that one of them is not among the ten most popular. */
const POPULAR = Array.from({ length: 11 }, (_, i) => String(20_001 + i));
const invoices = { count: 0 };

const invoice = (customer: number, day: string, products: readonly string[], quantity = 1): readonly string[] => {
  const number = `${quantity < 0 ? 'C' : ''}${500_000 + invoices.count++}`;
  return products.map(
    (product) => `${number},${product},made up,${quantity},${day} 10:00:00,10.0,${customer}.0,Nowhere`,
  );
};

/**
 * A made-up shop around the cut at the end of June 2011, in the format of the real file. Customer 1 buys every week and
 * then the one product that goes with their lamp (30000, 30001); 2 newly buys a popular product; 3 is known by a refund
 * only; 4 comes after the cut; 5 buys again, but after the two months; 6 to 9 bought once and never came back.
 */
const LINES: readonly string[] = [
  ...Array.from({ length: 20 }, (_, week) =>
    invoice(1, new Date(Date.UTC(2011, 1, 7 + 7 * week)).toISOString().slice(0, 10), ['30000']),
  ).flat(),
  ...invoice(1, '2011-07-20', ['30000', '30001']),
  ...invoice(2, '2011-05-10', ['20003']),
  ...invoice(2, '2011-08-31', ['20002', '20003']),
  ...invoice(3, '2011-03-03', ['20004'], -2),
  ...invoice(4, '2011-07-01', ['20001']),
  ...invoice(5, '2011-06-30', POPULAR),
  ...invoice(5, '2011-09-01', ['30001']),
  ...invoice(6, '2010-12-05', POPULAR),
  ...invoice(7, '2010-12-06', POPULAR),
  ...invoice(8, '2010-12-07', ['30000', '30001']),
  ...invoice(9, '2010-12-08', ['30000', '30001']),
];

/** Writes the made-up shop into a fresh directory. */
export const tinyRetailFile = (): { readonly directory: string; readonly file: string } => {
  const directory = mkdtempSync(join(tmpdir(), 'rapport-tiny-retail-'));
  const file = join(directory, 'tiny.csv');
  writeFileSync(file, `${[HEADER, ...LINES].join('\n')}\n`);
  return { directory, file };
};
