import { decodeTouchpoint, formatInstant, standardCatalogue, type Touchpoint } from '@rapport/domain';
import { DAY } from './calendar';
import { type SimulatedCustomer, simulate } from './customer';
import { DEFAULT_END } from './options';
import { simulateStaff } from './staff';
import { TRUE_STAGES } from './truth';

/** What the demonstration shows. */
const OPTIONS = { customers: 2000, seed: 7 };
const company: readonly SimulatedCustomer[] = [...simulate(OPTIONS)];
const all: readonly Touchpoint[] = company.flatMap(({ touchpoints }) => touchpoints);
const staff: readonly Touchpoint[] = [...simulateStaff(OPTIONS)];

const share = (part: number, whole: number): number => part / whole;
const ofType = (type: string): readonly Touchpoint[] => all.filter((touchpoint) => touchpoint.type === type);

const refusals = (touchpoints: readonly Touchpoint[]): readonly unknown[] =>
  touchpoints.flatMap((touchpoint) => {
    const { occurredAt, recordedAt, ...rest } = touchpoint;
    const wire = { ...rest, occurredAt: formatInstant(occurredAt), recordedAt: formatInstant(recordedAt) };
    const decoded = decodeTouchpoint(wire, { catalogue: standardCatalogue, now: DEFAULT_END + 1 });
    return decoded._tag === 'Left' ? [{ touchpoint, problems: decoded.left }] : [];
  });

const ranks = (values: readonly number[]): readonly number[] => {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const result = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && values[order[j]] === values[order[i]]) j++;
    for (let k = i; k < j; k++) result[order[k]] = (i + j - 1) / 2;
    i = j;
  }
  return result;
};

const rankCorrelation = (a: readonly number[], b: readonly number[]): number => {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  const spread = (r: readonly number[]): number => Math.sqrt(sum((i) => (r[i] - mean) * (r[i] - mean)));
  return sum((i) => (x[i] - mean) * (y[i] - mean)) / (spread(x) * spread(y));
};

test('every touchpoint is one that the catalogue accepts', () => {
  expect(refusals(all)).toEqual([]);
  expect(refusals(staff)).toEqual([]);
});

test('customers have about 20 touchpoints in two years, half of them fewer than 15, one in a hundred more than 120', () => {
  const counts = company.map(({ touchpoints }) => touchpoints.length).sort((a, b) => a - b);
  expect(share(all.length, company.length)).toBeGreaterThan(17);
  expect(share(all.length, company.length)).toBeLessThan(24);
  expect(counts[1000]).toBeLessThan(15);
  expect(counts[1980]).toBeGreaterThan(110);
});

test('5 to 10 % are recorded late, by hours to weeks', () => {
  const delays = all.map(({ occurredAt, recordedAt }) => recordedAt - occurredAt).filter((delay) => delay > 0);
  expect(share(delays.length, all.length)).toBeGreaterThan(0.05);
  expect(share(delays.length, all.length)).toBeLessThan(0.1);
  expect(delays.filter((delay) => delay > DAY).length).toBeGreaterThan(delays.length / 5);
});

test('every stage is the true one of at least one customer in fifty', () => {
  for (const stage of TRUE_STAGES)
    expect(company.filter(({ truth }) => truth.stage === stage).length).toBeGreaterThan(company.length / 50);
});

test('most deliveries are on time, and late ones are reviewed steeply worse', () => {
  const promised = new Map(
    ofType('order.completed').map(({ data }) => [data.orderId, Date.parse(String(data.promisedAt))]),
  );
  const late = new Map(
    ofType('order.delivered').map(({ data, occurredAt }) => [
      data.orderId,
      (occurredAt - promised.get(data.orderId)!) / DAY,
    ]),
  );
  const lateOnes = [...late.values()].filter((days) => days > 0).length;
  expect(share(lateOnes, late.size)).toBeGreaterThan(0.04);
  expect(share(lateOnes, late.size)).toBeLessThan(0.2);
  const bad = (from: number, to: number): number => {
    const reviews = ofType('review.posted').filter(({ correlationId }) => {
      const days = late.get(correlationId!)!;
      return from < days && days <= to;
    });
    return share(reviews.filter(({ data }) => Number(data.score) <= 2).length, reviews.length);
  };
  expect(bad(-99, 0)).toBeLessThan(0.16);
  expect(bad(0, 3)).toBeGreaterThan(0.15);
  expect(bad(3, 99)).toBeGreaterThan(0.45);
});

test('those who answered a mailing answer again far more often than those who did not', () => {
  let [first, firstAnswered, later, laterAnswered] = [0, 0, 0, 0];
  for (const { touchpoints } of company) {
    const clicked = new Set(
      touchpoints.filter(({ type }) => type === 'email.clicked').map(({ data }) => data.campaignId),
    );
    let answers = 0;
    for (const { data } of touchpoints.filter(({ type }) => type === 'email.delivered')) {
      const answered = clicked.has(data.campaignId) ? 1 : 0;
      if (answers === 0) {
        first++;
        firstAnswered += answered;
      } else {
        later++;
        laterAnswered += answered;
      }
      answers += answered;
    }
  }
  expect(share(laterAnswered, later)).toBeGreaterThan(1.6 * share(firstAnswered, first));
});

test('satisfaction comes back after a good recovery, at best slightly above, and falls after a poor one', () => {
  const complaints = company.flatMap(({ truth }) => truth.complaints);
  const change = (recovery: string): number => {
    const some = complaints.filter((complaint) => complaint.recovery === recovery);
    expect(some.length).toBeGreaterThan(20);
    return some.reduce((sum, c) => sum + c.satisfactionAfter - c.satisfactionBefore, 0) / some.length;
  };
  expect(Math.abs(change('good'))).toBeLessThan(0.05);
  expect(change('poor')).toBeLessThan(-0.15);
  expect(change('none')).toBeLessThan(-0.15);
});

test('a complaint handled well is acknowledged within a day, one handled badly is not', () => {
  const acknowledged = new Map(
    ofType('complaint.acknowledged').map(({ data, occurredAt }) => [data.caseId, occurredAt]),
  );
  const settled = company
    .flatMap(({ truth }) => truth.complaints)
    .filter(({ openedAt }) => openedAt < DEFAULT_END - 40 * DAY);
  for (const { caseId, openedAt, recovery } of settled) {
    const wait = (acknowledged.get(caseId) ?? Number.POSITIVE_INFINITY) - openedAt;
    if (recovery === 'good') expect(wait).toBeLessThanOrEqual(DAY);
    else expect(wait).toBeGreaterThan(DAY);
  }
});

test('there are customers with one well handled and customers with one badly handled grave complaint to show', () => {
  for (const recovery of ['good', 'poor'])
    expect(
      company.filter(
        ({ truth: { complaints, orders } }) =>
          orders >= 4 &&
          complaints.length === 1 &&
          complaints[0].severity !== 'low' &&
          complaints[0].recovery === recovery,
      ).length,
    ).toBeGreaterThan(4);
});

test('what can be observed follows the hidden relationship, with noise: recent buying alone ranks it fairly', () => {
  const bought = company.filter(({ truth }) => truth.orders > 0);
  const active = bought.map(({ touchpoints }) =>
    touchpoints
      .filter(({ type }) => type === 'order.completed')
      .reduce((sum, { occurredAt }) => sum + 2 ** ((occurredAt - DEFAULT_END) / (90 * DAY)), 0),
  );
  const stages = bought.map(({ truth }) => TRUE_STAGES.indexOf(truth.stage));
  const correlation = rankCorrelation(active, stages);
  expect(correlation).toBeGreaterThan(0.6);
  expect(correlation).toBeLessThan(0.9);
});

test('products are bought together far more often than popularity alone would have it', () => {
  const baskets = ofType('order.completed').map(({ data }) =>
    (data.items as readonly { sku: string }[]).map(({ sku }) => sku),
  );
  const having = (...skus: readonly string[]): number =>
    baskets.filter((basket) => skus.every((sku) => basket.includes(sku))).length;
  const lift = (a: string, b: string): number => (having(a, b) * baskets.length) / (having(a) * having(b));
  expect(lift('coffee-01', 'coffee-02')).toBeGreaterThan(3);
  expect(lift('coffee-01', 'tools-01')).toBeLessThan(2);
});

test('the staff are trained, surveyed and assigned to business customers, on their own streams', () => {
  expect(new Set(staff.map(({ type }) => type))).toEqual(
    new Set(['staff.trained', 'staff.surveyed', 'staff.empowered', 'staff.assigned', 'staff.changed']),
  );
  const business = new Set(company.filter(({ truth }) => truth.segment === 'business').map(({ customer }) => customer));
  const assigned = staff.filter(({ type }) => type === 'staff.assigned').map(({ data }) => data.customer);
  expect(new Set(assigned)).toEqual(business);
  expect(new Set(staff.map(({ source, id }) => `${source} ${id}`)).size).toBe(staff.length);
  for (const { customer, occurredAt, recordedAt } of staff) {
    expect(customer).toMatch(/^s-\d\d$/);
    expect(recordedAt).toBeGreaterThanOrEqual(occurredAt);
  }
});
