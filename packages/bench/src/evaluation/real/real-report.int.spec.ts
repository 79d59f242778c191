import { rmSync } from 'node:fs';
import { RETAIL } from '@rapport/domain';
import { tinyRetailFile } from '../testing/tiny-retail';
import { cutAfter } from './cut';
import { evaluateReal, type RealReport } from './real-report';

let report: RealReport;

beforeAll(async () => {
  const { directory, file } = tinyRetailFile();
  report = await evaluateReal(RETAIL, file, 1);
  rmSync(directory, { recursive: true });
});

test('a cut is the last millisecond of a month, and asks about the two months after', () => {
  expect(cutAfter(2011, 6)).toEqual({
    day: '2011-06-30',
    at: Date.parse('2011-06-30T23:59:59.999Z'),
    untilDay: '2011-08-31',
    until: Date.parse('2011-08-31T23:59:59.999Z'),
  });
});

test('the whole file comes through the log', () => {
  expect(report).toMatchObject({ file: 'tiny.csv', recorded: 31, rejected: 0, customers: 9 });
});

test('customers known at the cut are asked about, and only orders of the two months after count', () => {
  const { customers, bought, stages } = report.prediction;
  expect({ customers, bought }).toEqual({ customers: 8, bought: 2 });
  expect(stages.reduce((sum, stage) => sum + stage.customers, 0)).toBe(8);
  expect(stages.reduce((sum, stage) => sum + stage.bought, 0)).toBe(2);
});

test('who is known by a refund only stands at attract, and a stage where nobody stands has no rate', () => {
  const [attract, ...others] = report.prediction.stages;
  expect(attract).toEqual({ stage: 'attract', customers: 1, bought: 0, rate: 0 });
  const empty = others.filter(({ customers }) => customers === 0);
  expect(empty.length).toBeGreaterThan(0);
  expect(empty.map(({ rate }) => rate)).toEqual(empty.map(() => null));
});

test('baselines rank by what their names say', () => {
  const { auc } = report.prediction;
  // Customers 1 and 2 bought later. By orders, 1 stands above all six others, 2 above customer 3 and level with five.
  expect(auc.orders.value).toBeCloseTo((6 + 1 + 5 / 2) / 12, 12);
  // By days since the last order both stand above all but customer 5, who ordered on the last day.
  expect(auc.recency.value).toBeCloseTo(10 / 12, 12);
});

test('candidates find what goes with the products of one customer, where popularity does not', () => {
  const { customers, hits, popularHits, rate, popularRate, ratio } = report.candidates;
  expect({ customers, hits, popularHits }).toEqual({ customers: 2, hits: 2, popularHits: 1 });
  expect([rate.value, popularRate.value, ratio.value]).toEqual([1, 0.5, 2]);
});

test('other cuts of the same file stand beside it', () => {
  expect(report.otherCuts.map(({ prediction }) => prediction.cut.day)).toEqual([
    '2011-03-31',
    '2011-04-30',
    '2011-05-31',
  ]);
  expect(report.otherCuts[0].prediction.customers).toBe(6);
});
