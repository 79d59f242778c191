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

test('the demo has somebody about whom news came late', () => {
  const late = company.find(({ customer }) => customer === picks.late?.customer);
  expect(
    late?.touchpoints.some(({ occurredAt, recordedAt }) => occurredAt <= picks.late!.at && recordedAt > picks.late!.at),
  ).toBe(true);
});
