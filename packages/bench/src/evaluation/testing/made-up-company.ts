import { compileRuleset, DAY, evaluate, RETAIL, type Touchpoint } from '@rapport/domain';
import type { CustomerTruth } from '@rapport/simulator';
import type { Judged, JudgedCompany } from '../simulated/company';

/** Day 0 of made-up customers. */
export const START = Date.UTC(2026, 0, 1);
export const onDay = (day: number): number => START + day * DAY;

/** A touchpoint on a day, without its customer. */
export interface Happening {
  readonly day: number;
  readonly type: string;
  readonly data?: Touchpoint['data'];
}

/** Customers written by hand, with as much of the truth about them as a test needs. */
export const madeUpCompany = (
  lastDay: number,
  lives: readonly { readonly happenings: readonly Happening[]; readonly truth?: Partial<CustomerTruth> }[],
): JudgedCompany => {
  const program = compileRuleset(RETAIL);
  const endAt = onDay(lastDay);
  const customers = lives.map(({ happenings, truth }, i): Judged => {
    const customer = `c${i}`;
    const touchpoints = happenings.map(
      ({ day, type, data = {} }, n): Touchpoint => ({
        id: `${customer}-${n}`,
        source: 'made-up',
        customer,
        type,
        occurredAt: onDay(day),
        recordedAt: onDay(day),
        data,
      }),
    );
    return {
      customer,
      touchpoints,
      truth: {
        customer,
        segment: 'regular' as CustomerTruth['segment'],
        state: 'steady',
        stage: 'build',
        stages: [],
        final: { satisfaction: 0.5, trust: 0.5, commitment: 0.5, depth: 0.5 },
        orders: touchpoints.filter(({ type }) => type === 'order.completed').length,
        complaints: [],
        alive: true,
        ...truth,
      },
      evaluation: evaluate(program, touchpoints, { asOf: endAt }),
    };
  });
  return { program, endAt, customers };
};
