import { createHash } from 'node:crypto';
import type { Touchpoint } from '@rapport/domain';
import fc from 'fast-check';
import { DAY } from './calendar';
import { simulate, simulateCustomer } from './customer';
import { DEFAULT_END, type SimulationOptions, SimulationOptionsError } from './options';

const OPTIONS: SimulationOptions = { customers: 300, seed: 11 };

const world = (options: SimulationOptions) => [...simulate(options)];
const company = world(OPTIONS);

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

describe('the same options', () => {
  test('give the same bytes on every machine', () => {
    expect(hash(world({ customers: 60, seed: 2026 }))).toBe(
      '93791b4d22899639e1c917a0b53c86d586e4e655a66a470e9611f732e96bb517',
    );
  });

  test('give other customers for another seed', () => {
    expect(hash(world({ customers: 3, seed: 1 }))).not.toBe(hash(world({ customers: 3, seed: 2 })));
  });

  test('give a customer who does not depend on how many there are, nor on who was simulated before', () => {
    fc.assert(
      fc.property(fc.nat({ max: OPTIONS.customers - 1 }), fc.nat({ max: 1_000_000 }), (index, customers) => {
        expect(simulateCustomer({ ...OPTIONS, customers }, index)).toEqual(company[index]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('touchpoints', () => {
  test('lie within the period, whatever its length and end', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2060, 0, 1) }),
        (seed, months, endAt) => {
          const { touchpoints, truth } = simulateCustomer({ customers: 1, seed, months, endAt }, 0);
          expect(touchpoints.length).toBeGreaterThan(0);
          expect(truth.stages[truth.stages.length - 1].to).toBe(endAt + 1);
          for (const { occurredAt, recordedAt } of touchpoints) {
            expect(occurredAt).toBeGreaterThan(endAt - months * 31 * DAY);
            expect(recordedAt).toBeLessThanOrEqual(endAt);
          }
        },
      ),
    );
  });

  test('stand in order of recording, never recorded before they occurred, all within the period', () => {
    for (const { touchpoints } of company) {
      let before = 0;
      for (const { occurredAt, recordedAt } of touchpoints) {
        expect(recordedAt).toBeGreaterThanOrEqual(occurredAt);
        expect(recordedAt).toBeGreaterThanOrEqual(before);
        expect(occurredAt).toBeGreaterThanOrEqual(Date.UTC(2024, 6, 1));
        expect(recordedAt).toBeLessThanOrEqual(DEFAULT_END);
        expect(Number.isInteger(occurredAt) && Number.isInteger(recordedAt)).toBe(true);
        before = recordedAt;
      }
    }
  });

  test('have an identity of their own over all customers', () => {
    const all = company.flatMap(({ touchpoints }) => touchpoints);
    expect(new Set(all.map(({ source, id }) => `${source} ${id}`)).size).toBe(all.length);
  });

  test('begin with the day the company first heard of the customer', () => {
    for (const { touchpoints } of company) {
      const first = touchpoints.reduce((a, b) => (b.occurredAt < a.occurredAt ? b : a));
      expect(first.type).toBe('prospect.identified');
    }
  });

  test('arrive a second time, unchanged, in the share asked for', () => {
    const options = { ...OPTIONS, customers: 200, duplicates: 0.1 };
    const all = world(options).flatMap(({ touchpoints }) => touchpoints);
    const distinct = new Map(all.map((touchpoint) => [`${touchpoint.source} ${touchpoint.id}`, touchpoint]));
    const again = (all.length - distinct.size) / distinct.size;
    expect(again).toBeGreaterThan(0.07);
    expect(again).toBeLessThan(0.13);
    for (const touchpoint of all) expect(touchpoint).toEqual(distinct.get(`${touchpoint.source} ${touchpoint.id}`));
  });
});

describe('references', () => {
  const times = (touchpoints: readonly Touchpoint[], type: string, field: string): ReadonlyMap<unknown, number> =>
    new Map(touchpoints.filter((t) => t.type === type).map((t) => [t.data[field], t.occurredAt]));

  /** Every touchpoint of `types` follows one of type `first` with the same value in `field`. */
  const follow = (first: string, field: string, types: readonly string[]): number => {
    let seen = 0;
    for (const { touchpoints } of company) {
      const begun = times(touchpoints, first, field);
      for (const touchpoint of touchpoints.filter(({ type }) => types.includes(type))) {
        seen++;
        expect(begun.get(touchpoint.data[field])).toBeLessThanOrEqual(touchpoint.occurredAt);
      }
    }
    return seen;
  };

  test('what becomes of an order follows the order', () => {
    expect(
      follow('order.completed', 'orderId', ['order.delivered', 'order.cancelled', 'order.refunded']),
    ).toBeGreaterThan(500);
  });

  test('what becomes of a complaint follows the complaint', () => {
    const types = ['acknowledged', 'updated', 'resolved', 'withdrawn', 'reopened', 'escalated'].map(
      (t) => `complaint.${t}`,
    );
    expect(follow('complaint.opened', 'caseId', [...types, 'apology.given'])).toBeGreaterThan(40);
    expect(follow('complaint.opened', 'caseId', ['compensation.offered'])).toBeGreaterThan(5);
    expect(
      follow('compensation.offered', 'caseId', ['compensation.accepted', 'compensation.rejected']),
    ).toBeGreaterThan(5);
  });

  test('an order is delivered or cancelled, not both', () => {
    for (const { touchpoints } of company) {
      const cancelled = times(touchpoints, 'order.cancelled', 'orderId');
      for (const orderId of times(touchpoints, 'order.delivered', 'orderId').keys())
        expect(cancelled.has(orderId)).toBe(false);
    }
  });

  test('an order is the sum of its items and promised for later', () => {
    for (const { touchpoints } of company)
      for (const { type, data, occurredAt } of touchpoints) {
        if (type !== 'order.completed') continue;
        const items = data.items as readonly { quantity: number; price: number }[];
        expect(items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)).toBe(data.total);
        expect(Date.parse(String(data.promisedAt))).toBeGreaterThan(occurredAt + DAY / 2);
      }
  });

  test('mailings by e-mail go only to those who consented, until they revoke', () => {
    let sent = 0;
    for (const { touchpoints } of company) {
      const granted = times(touchpoints, 'consent.granted', 'purpose').get('marketing') ?? Number.POSITIVE_INFINITY;
      const revoked = times(touchpoints, 'consent.revoked', 'purpose').get('marketing') ?? Number.POSITIVE_INFINITY;
      for (const { type, occurredAt } of touchpoints) {
        if (type !== 'email.sent') continue;
        sent++;
        expect(occurredAt).toBeGreaterThan(granted);
        expect(occurredAt).toBeLessThan(revoked);
      }
    }
    expect(sent).toBeGreaterThan(100);
  });
});

test.each([
  [{ customers: -1, seed: 1 }, 'customers'],
  [{ customers: 1, seed: 0.5 }, 'seed'],
  [{ customers: 1, seed: 1, months: 0 }, 'months'],
  [{ customers: 1, seed: 1, endAt: Number.NaN }, 'endAt'],
  [{ customers: 1, seed: 1, duplicates: 2 }, 'duplicates'],
])('options %j are refused with the name of what is wrong', (options, name) => {
  expect(() => [...simulate(options)]).toThrow(SimulationOptionsError);
  expect(() => [...simulate(options)]).toThrow(`"${name}"`);
});
