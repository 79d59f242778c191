import { isRising, type StageRate } from './prediction';
import { rfmOf, rfmRanksOf, type Standing } from './standing';

const rates = (...values: readonly (number | null)[]): readonly StageRate[] =>
  values.map((rate, i) => ({ stage: `s${i}`, customers: rate === null ? 0 : 10, bought: 10 * (rate ?? 0), rate }));

test('rates rise when none is below the one before; stages where nobody stands are passed over', () => {
  expect(isRising(rates(0.1, 0.1, null, 0.5))).toBe(true);
  expect(isRising(rates(0.1, 0.3, null, 0.2))).toBe(false);
});

test('RFM is the sum of three fifths, the best being recent, frequent and dear', () => {
  const standing = (daysSinceOrder: number, orders: number, spent: number): Standing => ({
    customer: 'c',
    stage: 0,
    activity: 0,
    bought: false,
    daysSinceOrder,
    orders,
    spent,
  });
  const never = standing(Number.POSITIVE_INFINITY, 0, 0);
  const standings = [never, standing(90, 1, 10), standing(60, 1, 20), standing(30, 1, 30), standing(1, 9, 40)];
  expect(rfmOf(standings)).toEqual([3, 2 + 2 + 2, 3 + 2 + 3, 4 + 2 + 4, 15]);
  expect(rfmRanksOf(standings)).toEqual([3, 2 + 3 + 2, 3 + 3 + 3, 4 + 3 + 4, 15]);
});
