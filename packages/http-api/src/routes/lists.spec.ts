/** The lists: customers, timelines, population, the complaint board, stage changes. */

import { RETAIL } from '@rapport/domain';
import { testClock } from '@rapport/engine/testing';
import { eventually } from '@rapport/runtime/testing';
import { type AnyJson, type AskedApi, askedApi, type TouchpointInput } from '../testing/asked-api';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const clock = testClock(NOW);
/** What now means to those who ask; the projection's clock stands. */
let asked = NOW;
const order = (customer: string, occurredAt: string): TouchpointInput => ({
  customer,
  type: 'order.completed',
  occurredAt,
  data: { orderId: `${customer} ${occurredAt}`, total: 40 },
});
const complaint = (customer: string, caseId: string, occurredAt: string, type = 'opened'): TouchpointInput => ({
  customer,
  type: `complaint.${type}`,
  occurredAt,
  data: { caseId, ...(type === 'opened' ? { severity: 'high' } : undefined) },
});

let api: AskedApi;
beforeAll(async () => {
  api = await askedApi({ clock, now: () => asked });
  await api.record(
    ...Array.from({ length: 12 }, (_, i) => order(`c-${String(i).padStart(2, '0')}`, '2026-03-01T10:00:00Z')),
    order('C-99', '2026-01-01T10:00:00Z'),
    // Buys again and again.
    ...['02-01', '02-08', '02-15', '02-22', '03-01', '03-08'].map((day) => order('loyal', `2026-${day}T10:00:00Z`)),
    // Answered in time; within a day but not resolved within seven; never answered; new.
    complaint('c-01', 'answered', '2026-02-01T10:00:00Z'),
    complaint('c-01', 'answered', '2026-02-01T12:00:00Z', 'acknowledged'),
    complaint('c-01', 'answered', '2026-02-03T10:00:00Z', 'resolved'),
    complaint('c-02', 'slow', '2026-03-01T10:00:00Z'),
    complaint('c-02', 'slow', '2026-03-01T12:00:00Z', 'acknowledged'),
    complaint('c-03', 'silent', '2026-03-04T10:00:00Z'),
    complaint('c-04', 'new', '2026-03-10T10:00:00Z'),
    complaint('c-05', 'late', '2026-01-01T10:00:00Z'),
    complaint('c-05', 'late', '2026-01-20T10:00:00Z', 'resolved'),
  );
});
afterAll(() => api.close());

/** All pages of a list, each of so many. */
const pages = async (url: string, name: string, limit: number): Promise<readonly AnyJson[]> => {
  const all: AnyJson[] = [];
  let after = '';
  do {
    const { body } = await api.ask(`${url}${url.includes('?') ? '&' : '?'}limit=${limit}${after}`);
    expect(body[name].length).toBeLessThanOrEqual(limit);
    all.push(...body[name]);
    after = body.next === undefined ? '' : `&after=${encodeURIComponent(body.next)}`;
  } while (after !== '');
  return all;
};
const ids = (customers: readonly AnyJson[]): readonly string[] => customers.map(({ customer }) => customer);

describe('GET /v1/customers', () => {
  it('gives every customer once, in order of id, whatever the size of the pages', async () => {
    const all = (await api.ask('/v1/customers')).body;
    expect(all.next).toBeUndefined();
    expect(ids(all.customers)).toEqual([...ids(all.customers)].sort());
    expect(all.customers).toHaveLength(14);
    for (const limit of [1, 3, 14]) expect(await pages('/v1/customers', 'customers', limit)).toEqual(all.customers);
  });

  it('says of each what the relationship itself says', async () => {
    for (const listed of (await api.ask('/v1/customers')).body.customers) {
      const { body } = await api.ask(`/v1/customers/${listed.customer}`);
      const { stage, since, signals, nextReviewAt, touchpoints, firstTouchpointAt, lastTouchpointAt } = body;
      const { factors, customer: _, ...rest } = listed;
      expect(rest).toEqual({ stage, since, signals, nextReviewAt, touchpoints, firstTouchpointAt, lastTouchpointAt });
      for (const [id, { score, confidence }] of Object.entries<AnyJson>(factors)) {
        expect(score).toBeCloseTo(body.factors[id].score, 9);
        expect(confidence).toBeCloseTo(body.factors[id].confidence, 9);
      }
    }
  });

  it('finds by stage, signal, score and part of the id, and by all of them together', async () => {
    const { customers } = (await api.ask('/v1/customers')).body;
    const check = async (query: string, wanted: (one: AnyJson) => boolean) => {
      const expected = customers.filter(wanted);
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.length).toBeLessThan(customers.length);
      expect((await api.ask(`/v1/customers?${query}`)).body.customers).toEqual(expected);
    };
    const { stage } = customers[0];
    await check(`stage=${stage}`, (one) => one.stage === stage);
    await check('q=C-9', (one) => one.customer === 'C-99');
    await check('q=c-0', (one) => one.customer.startsWith('c-0'));
    const scores = customers
      .map((one: AnyJson) => one.factors.satisfaction.score)
      .sort((a: number, b: number) => a - b);
    const [low, high] = [scores[3], scores[scores.length - 2]];
    await check(`factor=satisfaction&atMost=${low}`, (one) => one.factors.satisfaction.score <= low);
    await check(
      `factor=satisfaction&atLeast=${low}&atMost=${high}`,
      ({ factors: { satisfaction } }) => satisfaction.score >= low && satisfaction.score <= high,
    );
    const signal = customers.flatMap((one: AnyJson) => one.signals)[0].signal;
    const raised = (one: AnyJson) => one.signals.some((each: AnyJson) => each.signal === signal);
    await check(`signal=${signal}`, raised);
    await check(
      `signal=${signal}&q=c-0&stage=${customers.find(raised).stage}`,
      (one) => raised(one) && one.customer.includes('c-0') && one.stage === customers.find(raised).stage,
    );
  });

  it('pages through scores as they were when the first page was asked for', async () => {
    const first = (await api.ask('/v1/customers?factor=trust&atLeast=50&limit=3')).body;
    asked += 30 * 86_400_000;
    const second = (await api.ask(`/v1/customers?factor=trust&atLeast=50&limit=3&after=${first.next}`)).body;
    asked = NOW;
    expect(second).toEqual((await api.ask(`/v1/customers?factor=trust&atLeast=50&limit=3&after=${first.next}`)).body);
  });

  it.each([
    ['stage=vip', 'stage'],
    ['signal=vip', 'signal'],
    ['factor=charm&atLeast=1', 'factor'],
    ['atLeast=1', 'factor'],
    ['factor=trust', 'factor'],
    ['factor=trust&atLeast=101', 'atLeast'],
    ['factor=trust&atLeast=NaN', 'atLeast'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1e400', 'limit'],
    ['factor=trust&atLeast=-1e400', 'atLeast'],
    ['limit=', 'limit'],
    ['q=', 'q'],
    ['after=nonsense', 'after'],
    ['stages=build', 'stages'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await api.ask(`/v1/customers?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  it('says which stages there are', async () => {
    const { body } = await api.ask('/v1/customers?stage=vip');
    for (const { id } of RETAIL.stages) expect(body.detail).toContain(id);
  });
});

describe('GET /v1/customers/{id}/timeline', () => {
  it('gives every entry once, in order of time, forwards and backwards', async () => {
    const all = (await api.ask('/v1/customers/c-02/timeline')).body.entries;
    const kinds = new Set(all.map(({ kind }: AnyJson) => kind));
    for (const kind of ['touchpoint', 'stage', 'promise']) expect(kinds).toContain(kind);
    const times = all.map(({ occurredAt }: AnyJson) => occurredAt);
    expect(times).toEqual([...times].sort());
    for (const limit of [1, 2, 5]) {
      expect(await pages('/v1/customers/c-02/timeline', 'entries', limit)).toEqual(all);
      expect(await pages('/v1/customers/c-02/timeline?order=newest', 'entries', limit)).toEqual([...all].reverse());
    }
  });

  it('has both clocks, and recorded decisions where there are such', async () => {
    const { entries } = (await api.ask('/v1/customers/c-02/timeline')).body;
    const [first] = entries;
    const stage = entries.find(({ kind }: AnyJson) => kind === 'stage');
    expect(first).toMatchObject({ kind: 'touchpoint', recordedAt: new Date(NOW).toISOString() });
    expect(stage).toMatchObject({ from: null, occurredAt: first.occurredAt, recordedAt: expect.any(String) });
  });

  it('goes on where it was though more was recorded meanwhile, before and after', async () => {
    const url = '/v1/customers/c-06/timeline';
    await api.record(order('c-06', '2026-03-02T10:00:00Z'), order('c-06', '2026-03-03T10:00:00Z'));
    const first = (await api.ask(`${url}?limit=3`)).body;
    const rest = (await api.ask(`${url}?after=${first.next}`)).body.entries;
    await api.record(order('c-06', '2026-02-01T10:00:00Z'), order('c-06', '2026-03-09T10:00:00Z'));
    const later = (await api.ask(`${url}?after=${first.next}`)).body.entries;
    const touchpointsOf = (entries: readonly AnyJson[]) =>
      entries.flatMap(({ kind, id }) => (kind === 'touchpoint' ? [id] : []));
    expect(touchpointsOf(later).slice(0, -1)).toEqual(touchpointsOf(rest));
  });

  it('knows nothing of what came after', async () => {
    const { entries } = (await api.ask('/v1/customers/c-02/timeline?asOf=2026-03-01T11:00:00Z')).body;
    for (const { occurredAt } of entries) expect(occurredAt <= '2026-03-01T11:00:00.000Z').toBe(true);
    expect((await api.ask('/v1/customers/c-02/timeline?knownAt=2026-03-01')).body.entries).toEqual([]);
  });

  it('refuses cursors of the other direction', async () => {
    const { next } = (await api.ask('/v1/customers/c-02/timeline?limit=1')).body;
    expect((await api.ask(`/v1/customers/c-02/timeline?limit=1&order=newest&after=${next}`)).status).toBe(400);
  });
});

describe('GET /v1/population', () => {
  it('counts every customer on the ladder, now and at any instant', async () => {
    const { customers } = (await api.ask('/v1/customers')).body;
    const now = (await api.ask('/v1/population')).body;
    expect(now.stages.map(({ stage }: AnyJson) => stage)).toEqual(RETAIL.stages.map(({ id }) => id));
    expect(now.customers).toBe(customers.length);
    for (const { stage, customers: count } of now.stages)
      expect(count).toBe(customers.filter((one: AnyJson) => one.stage === stage).length);
    expect((await api.ask('/v1/population?at=2026-03-10T12:00:00Z')).body).toEqual(now);
    expect((await api.ask('/v1/population?at=2025-12-31')).body.customers).toBe(0);
    // c-05 complained on 1 January, C-99 ordered.
    expect((await api.ask('/v1/population?at=2026-01-01')).body.customers).toBe(2);
  });

  it('tells who went where in a period', async () => {
    const { body } = await api.ask('/v1/population?from=2025-12-31&to=2026-03-10T12:00:00Z');
    const came = body.flows.filter(({ from }: AnyJson) => from === null);
    expect(came.reduce((sum: number, { customers }: AnyJson) => sum + customers, 0)).toBe(body.customers);
    for (const { stage, customers } of body.stages) {
      const arrived = (side: 'from' | 'to') =>
        body.flows
          .filter((flow: AnyJson) => flow[side] === stage)
          .reduce((sum: number, flow: AnyJson) => sum + flow.customers, 0);
      expect(arrived('to') - arrived('from')).toBe(customers);
    }
    expect(body).toMatchObject({ from: '2025-12-31T00:00:00.000Z', to: '2026-03-10T12:00:00.000Z' });
    for (const { direction } of came) expect(direction).toBe('up');
  });

  it.each([
    ['to=2026-03-01', 'from'],
    ['from=2026-03-02&to=2026-03-01', 'to'],
    ['from=2026-04-01', 'to'],
    ['at=soon', 'at'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await api.ask(`/v1/population?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe('GET /v1/cases', () => {
  const board = async (query = '') => (await api.ask(`/v1/cases${query}`)).body.cases;
  const caseIds = (cases: readonly AnyJson[]) => cases.map(({ caseId }) => caseId);

  it('has what is overdue longest first, then what is open', async () => {
    const cases = await board();
    expect(caseIds(cases)).toEqual(['silent', 'slow', 'new']);
    expect(cases.map(({ overdue }: AnyJson) => overdue)).toEqual([true, true, false]);
    expect(cases[0]).toMatchObject({
      customer: 'c-03',
      overdueSince: '2026-03-05T10:00:00.000Z',
      ageSeconds: (6 * 24 + 2) * 3_600,
      clocks: [
        { promise: 'acknowledge', state: 'overdue', deadline: '2026-03-05T10:00:00.000Z' },
        { promise: 'resolve', state: 'running', deadline: '2026-03-11T10:00:00.000Z' },
        { promise: 'settle', state: 'running' },
      ],
    });
    expect(cases[1]).toMatchObject({
      acknowledgedAfterSeconds: 7_200,
      overdueSince: '2026-03-08T10:00:00.000Z',
      clocks: [{ state: 'kept', doneAt: '2026-03-01T12:00:00.000Z' }, { state: 'overdue' }, { state: 'running' }],
    });
  });

  it('says of closed ones how long they took', async () => {
    const cases = await board('?open=false');
    expect(caseIds(cases)).toEqual(['late', 'answered']);
    expect(cases[0].clocks.map(({ state }: AnyJson) => state)).toEqual(['missed', 'missed', 'kept']);
    expect(cases[1]).toMatchObject({ ageSeconds: 48 * 3_600, closedAfterSeconds: 48 * 3_600, overdue: false });
    expect(cases[1].clocks.map(({ state }: AnyJson) => state)).toEqual(['kept', 'kept', 'kept']);
  });

  it('agrees with the promises that the fold kept and broke', async () => {
    for (const { customer, caseId, clocks } of [...(await board()), ...(await board('?open=false'))]) {
      const { settledPromises, openPromises } = (await api.ask(`/v1/customers/${customer}/explanation`)).body;
      for (const { promise, state } of clocks) {
        const settled = settledPromises.find((one: AnyJson) => one.id === promise && one.key === caseId);
        const open = openPromises.some((one: AnyJson) => one.id === promise && one.key === caseId);
        expect([promise, state, open ? 'open' : settled.outcome]).toEqual([
          promise,
          state,
          { running: 'open', overdue: 'broken', missed: 'broken', kept: 'kept' }[state as string],
        ]);
      }
    }
  });

  it('narrows to a customer and to what is overdue', async () => {
    expect(caseIds(await board('?customer=c-02'))).toEqual(['slow']);
    expect(caseIds(await board('?overdue=true'))).toEqual(['silent', 'slow']);
    expect(caseIds(await board('?overdue=false'))).toEqual(['new']);
    expect(caseIds(await board('?open=false&overdue=true'))).toEqual([]);
    expect(caseIds(await board('?open=false&customer=c-05'))).toEqual(['late']);
  });

  it('gives each case once, whatever the size of the pages, as of the instant of the first', async () => {
    for (const query of ['', '?open=false', '?overdue=true']) {
      const all = await board(query);
      for (const limit of [1, 2]) expect(await pages(`/v1/cases${query}`, 'cases', limit)).toEqual(all);
    }
    const first = (await api.ask('/v1/cases?limit=1')).body;
    const second = (await api.ask(`/v1/cases?limit=1&after=${first.next}`)).body;
    asked += 86_400_000;
    expect((await api.ask(`/v1/cases?limit=1&after=${first.next}`)).body).toEqual(second);
    asked = NOW;
  });
});

describe('GET /v1/stage-changes', () => {
  const read = async (query: string) => (await api.ask(`/v1/stage-changes${query}`)).body;

  it('gives every change once, page by page, and always where to go on', async () => {
    const all = await read('?limit=1000');
    expect(all.changes.length).toBeGreaterThan(10);
    const seen: AnyJson[] = [];
    let after = '';
    for (;;) {
      const page = await read(`?limit=4${after === '' ? '' : `&after=${after}`}`);
      if (page.changes.length === 0) break;
      seen.push(...page.changes);
      after = page.next;
    }
    expect(seen).toEqual(all.changes);
    expect(await read(`?after=${all.next}`)).toEqual({ changes: [], next: all.next });
    await api.record(order('fresh', '2026-03-10T11:00:00Z'));
    await eventually(async () => (await read(`?after=${all.next}`)).changes.length > 0);
    const [change, ...more] = (await read(`?after=${all.next}`)).changes;
    expect(change).toMatchObject({ subject: 'fresh', type: 'relationship.stageChanged.v1', data: { from: null } });
    expect(more).toEqual([]);
  });

  it('counts what was pulled, by kind', async () => {
    const announced = jest.spyOn(api.engine.telemetry.metrics, 'announced');
    const { changes } = await read('?kind=stageChanged,signalRaised&limit=20');
    const counted = [...announced.mock.calls];
    announced.mockClear();
    const ofKind = (kind: string) => changes.filter(({ type }: AnyJson) => type === `relationship.${kind}.v1`).length;
    expect(new Set(counted)).toEqual(
      new Set([
        ['stageChanged', 'pull', ofKind('stageChanged')],
        ['signalRaised', 'pull', ofKind('signalRaised')],
      ]),
    );
    expect(ofKind('stageChanged') * ofKind('signalRaised')).toBeGreaterThan(0);
    await read('?stage=strengthen&direction=down&cause=time');
    expect(announced).not.toHaveBeenCalled();
    announced.mockRestore();
  });

  it('goes on also where nothing matched', async () => {
    const { changes, next } = await read('?stage=strengthen&direction=down&cause=time');
    expect(changes).toEqual([]);
    expect(next).toMatch(/./);
    expect(await read(`?after=${next}`)).toEqual({ changes: [], next });
  });

  it('begins with the log after the cursor that a stream of an empty log gives', async () => {
    expect(await read('?after=start&limit=3')).toEqual(await read('?limit=3'));
  });

  it('filters by what a subscriber wants', async () => {
    const all = (await read('?limit=1000')).changes;
    const some = (await read('?stage=build&stage=maintain,strengthen&limit=1000')).changes;
    expect(some).toEqual(all.filter(({ data }: AnyJson) => ['build', 'maintain', 'strengthen'].includes(data.to)));
    expect(some.length).toBeGreaterThan(0);
    const signals = (await read('?kind=signalRaised&limit=1000')).changes;
    for (const { type } of signals) expect(type).toBe('relationship.signalRaised.v1');
    expect(signals.length).toBeGreaterThan(0);
  });

  it.each([
    ['after=nonsense', 'invalid-cursor', 'after'],
    ['after=ffffffffffffff', 'invalid-cursor', 'after'],
    ['after=00000000000001&after=00000000000002', 'invalid-request', 'after'],
    ['direction=sideways', 'invalid-request', 'direction'],
    ['kind=relationship', 'invalid-request', 'kind'],
    ['stage=loyal,partner', 'invalid-request', 'stage'],
    ['signal=at-rsik', 'invalid-request', 'signal'],
    ['cause=', '', ''],
    ['limit=0', 'invalid-request', 'limit'],
  ])('refuses %s', async (query, kind, field) => {
    const { status, body } = await api.ask(`/v1/stage-changes?${query}`);
    if (kind === '') expect(status).toBe(200);
    else expect([status, body.type, body.errors[0].field]).toEqual([400, `/problems/${kind}`, field]);
  });

  it('answers in an empty log too', async () => {
    const empty = await askedApi({ clock });
    expect((await empty.ask('/v1/stage-changes')).body).toEqual({ changes: [], next: '' });
    expect((await empty.ask('/v1/stage-changes?after=')).status).toBe(200);
    expect((await empty.ask('/v1/stage-changes?after=00000000000001')).status).toBe(400);
    await empty.close();
  });
});
