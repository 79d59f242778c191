import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, context, summary, temporaryFolder } from './testing/collect';

const folder = temporaryFolder();
afterAll(folder.remove);

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'import-your-data.md'), 'utf8');

const example = (language: string): string => {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page);
  if (found === null) throw new Error(`the page has no example in ${language}`);
  return found[1];
};

const inSummer = { context: { ...context, now: Date.UTC(2026, 5, 1) } };

describe('the page on importing data', () => {
  test('shows a mapping that does with its file what it says', async () => {
    const file = folder.write('sales.csv', example('csv'));
    const { items, account } = await collect([file], { sql: example('sql') }, inSummer);
    expect(summary(items).map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'order.completed 70001 of C-8',
      'order.refunded 70003 of C-9',
    ]);
    expect(items[0].kind === 'touchpoint' && items[0].touchpoint.data).toEqual({
      orderId: '70001',
      total: 17,
      currency: 'EUR',
      items: [
        { sku: 'cup', quantity: 1, price: 8 },
        { sku: 'tea', quantity: 2, price: 4.5 },
      ],
    });
    expect(account.files).toMatchObject([{ lines: 4, becameTouchpoints: 3, belongsToNobody: 1, unaccounted: 0 }]);
  });

  test('shows the files that its commands read', () => {
    for (const [name, language] of [
      ['sales.csv', 'csv'],
      ['sales.sql', 'sql'],
    ])
      expect(readFileSync(join(__dirname, '..', '..', '..', 'docs', 'examples', name), 'utf8')).toBe(example(language));
  });

  test('shows a touchpoint in its compact form that is one', async () => {
    const file = folder.write('one.ndjson', example('json'));
    const { items } = await collect([file], { preset: 'touchpoints' }, inSummer);
    expect(summary(items)).toEqual(['1 order.completed o-1001 of c-17']);
  });
});
