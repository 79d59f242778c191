import { compileRuleset, RETAIL } from '@rapport/domain';
import { DEFAULT_END, simulate } from '@rapport/simulator';
import { DEMO_SEED } from './fill';
import { pickCustomers } from './pick';

const company = [...simulate({ customers: 2000, seed: DEMO_SEED })];
const picks = pickCustomers(compileRuleset(RETAIL), company, DEFAULT_END);
const truthOf = (customer: string | undefined) => company.find((one) => one.customer === customer)?.truth;

test('the demo has a complaint that was handled well, and one that was not', () => {
  expect(truthOf(picks.well)?.complaints).toMatchObject([{ recovery: 'good' }]);
  expect(truthOf(picks.badly)?.complaints).toMatchObject([{ recovery: 'poor' }]);
});

test.each(['2025-01-15T08:00:00Z', '2026-11-29T02:40:11.123Z', '2027-03-01T23:59:59.999Z'])(
  'a demo whose history ends at %s has all three to show',
  (end) => {
    const endAt = Date.parse(end);
    const found = pickCustomers(
      compileRuleset(RETAIL),
      [...simulate({ customers: 2000, seed: DEMO_SEED, endAt })],
      endAt,
    );
    expect(found).toEqual({ well: expect.any(String), badly: expect.any(String), late: expect.any(Object) });
  },
);

test('the demo has somebody about whom news came late', () => {
  const late = company.find(({ customer }) => customer === picks.late?.customer);
  expect(
    late?.touchpoints.some(({ occurredAt, recordedAt }) => occurredAt <= picks.late!.at && recordedAt > picks.late!.at),
  ).toBe(true);
});
