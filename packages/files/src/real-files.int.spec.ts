import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountedLines, collect } from './testing/collect';

const DATA = join(__dirname, '..', '..', '..', '..', 'shared', 'data');
const RETAIL = join(DATA, 'online-retail_2010-12-01_2011-08-31.csv.gz');
const OLIST = join(DATA, 'olist-sample-4000-orders.tar.gz');

const typesOf = ({ items }: Awaited<ReturnType<typeof collect>>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const type = item.kind === 'touchpoint' ? item.touchpoint.type : 'rejected';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
};

const describeWith = (file: string) => {
  if (existsSync(file)) return describe;
  process.stderr.write(`SKIPPED: ${file} is not here, so the preset is not tested on it\n`);
  return describe.skip;
};

describeWith(RETAIL)('the UCI Online Retail file', () => {
  test('is accounted for line by line', async () => {
    const result = await collect([RETAIL], { preset: 'online-retail' });
    const [account] = result.account.files;
    expect(account).toMatchObject({ lines: 320_706, header: 1, belongsToNobody: 88_652, rejected: {}, unaccounted: 0 });
    expect(accountedLines(account)).toBe(320_706);
    expect(typesOf(result)).toEqual({
      'order.completed': 11_342,
      'order.refunded': 2_253,
      'compensation.accepted': 213,
    });
  });
});

describeWith(OLIST)('the Olist sample', () => {
  test('is accounted for line by line in all seven files', async () => {
    const result = await collect([OLIST], { preset: 'olist' });
    expect(result.account.files.map((file) => [file.lines, accountedLines(file)])).toEqual(
      [4001, 4001, 4520, 4162, 4177, 3133, 72].map((lines) => [lines, lines]),
    );
    expect(typesOf(result)).toEqual({
      'order.completed': 4000,
      'order.delivered': 3898,
      'order.cancelled': 40,
      'review.posted': 3986,
      'complaint.opened': 437,
      'complaint.acknowledged': 437,
    });
  });
});
