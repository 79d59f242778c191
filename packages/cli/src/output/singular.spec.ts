import type { FileAccount } from '@rapport/files';
import { candidateLines } from './candidates';
import { importReport } from './import-report';
import { styleFor } from './style';

const style = styleFor(process.stdout, { NO_COLOR: '1' });
const look = { style, width: 80, language: 'en' as const };

const offered = (owners: number, together?: number): string => {
  const reasons = together === undefined ? [] : [{ product: 'tea', owners, together, lift: 1.5, weight: 1 }];
  const candidate = { rank: 1, product: 'cup', score: 1, owners, reasons, popular: together === undefined };
  return candidateLines({ kind: 'candidates', candidates: [candidate] } as Parameters<typeof candidateLines>[0], look)
    .join('')
    .replace(/\s+/g, ' ');
};

test('one is told in the singular, others in the plural', () => {
  expect(offered(1)).toContain('popular: 1 customer owns it');
  expect(offered(0)).toContain('popular: 0 customers own it');
  expect(offered(1, 1)).toContain('1 of 1 owner of tea owns it too');
  expect(offered(9, 2)).toContain('2 of 9 owners of tea own it too');
});

test.each([
  [1, '1 touchpoint'],
  [2, '2 touchpoints'],
])('an import of %d says %s', (touchpoints, said) => {
  const files: readonly FileAccount[] = [];
  const account = { files, touchpoints, rejected: 0, warnings: {}, adjusted: {}, inputs: [] };
  const counts = { recorded: touchpoints, duplicates: 0, conflicts: 0 };
  expect(importReport(account, counts, { style })[0]).toBe(said);
});
