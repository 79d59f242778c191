import {
  compileRuleset,
  createCrossSellIndex,
  evaluate,
  ownershipOf,
  RETAIL,
  type Ruleset,
  rulesetHash,
  toDocument,
} from '@rapport/domain';
import {
  explain,
  explanationDocument,
  historyOf,
  ProjectionUnavailable,
  relationshipDocument,
  rulesetName,
} from '@rapport/engine';
import { testClock } from '@rapport/engine/testing';
import { customerStream, subjectOf } from '@rapport/event-log';
import { createApi } from '../app';
import { testOptions } from '../testing/api-engine';
import { type AnyJson, type AskedApi, askedApi } from '../testing/asked-api';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const order = (customer: string, day: string, sku: string) => ({
  customer,
  type: 'order.completed',
  occurredAt: `2026-${day}T10:00:00Z`,
  recordedAt: `2026-${day}T10:00:05Z`,
  data: { orderId: `${customer}-${day}`, total: 40, items: [{ sku, quantity: 1, price: 40 }] },
});

let api: AskedApi;
const clock = testClock(NOW);
beforeAll(async () => {
  api = await askedApi({ clock });
  await api.record(
    order('c 1/ü', '01-05', 'a'),
    order('c 1/ü', '01-25', 'b'),
    order('c 1/ü', '02-20', 'c'),
    {
      customer: 'c 1/ü',
      type: 'complaint.opened',
      occurredAt: '2026-02-25T09:00:00Z',
      recordedAt: '2026-02-25T09:00:05Z',
      data: { caseId: 'k-1', severity: 'high', category: 'damaged' },
    },
    // Known ten days after it happened.
    {
      customer: 'c 1/ü',
      type: 'complaint.acknowledged',
      occurredAt: '2026-02-25T15:00:00Z',
      recordedAt: '2026-03-07T15:00:00Z',
      data: { caseId: 'k-1' },
    },
  );
});
afterAll(() => api.close());

const PATH = `/v1/customers/${encodeURIComponent('c 1/ü')}`;
const json = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('a customer over HTTP', () => {
  const program = compileRuleset(RETAIL);
  const ruleset = rulesetName(RETAIL, rulesetHash(RETAIL));
  const folded = async (asOf: number, knownAt?: number) =>
    evaluate(program, await historyOf(api.engine.log, 'c 1/ü'), { asOf, knownAt });

  it('is the same document as the command line prints, now', async () => {
    const { status, body } = await api.ask(PATH);
    expect(status).toBe(200);
    const { crossSell, ...relationship } = body;
    const subject = { customer: 'c 1/ü', ruleset };
    expect(relationship).toEqual(json(relationshipDocument(await folded(NOW), subject)));
    expect(relationship).toMatchObject({ stage: expect.any(String), touchpoints: 5, asOf: '2026-03-10T12:00:00.000Z' });
    expect(crossSell).toEqual({ kind: 'withheld', reason: expect.stringContaining('Open complaints 1') });
  });

  it('is explained as evaluate --json and why --json do', async () => {
    const { body } = await api.ask(`${PATH}/explanation`);
    const evaluation = await folded(NOW);
    expect(body).toEqual(json(explanationDocument(explain(evaluation, { customer: 'c 1/ü', ruleset }, [], 'en'))));
    expect(body).toMatchObject(json(toDocument(evaluation)));
    for (const [factor, { base, rows }] of Object.entries<AnyJson>(body.contributions))
      expect(rows.reduce((sum: number, row: { points: number }) => sum + row.points, base)).toBeCloseTo(
        body.factors[factor].score,
        9,
      );
    const vietnamese = await api.ask(`${PATH}/explanation?lang=vi`);
    expect(vietnamese.body.reasons).not.toEqual(body.reasons);
  });

  it('is as of any instant, as known at any instant', async () => {
    const asOf = '2026-03-01T00:00:00.000Z';
    const thenAsNowKnown = await api.ask(`${PATH}?asOf=${asOf}`);
    const thenAsThenKnown = await api.ask(`${PATH}?asOf=${asOf}&knownAt=${asOf}`);
    expect(thenAsNowKnown.body.cases[0].acknowledgedAt).toBe('2026-02-25T15:00:00.000Z');
    expect(thenAsThenKnown.body.cases[0].acknowledgedAt).toBeUndefined();
    expect(thenAsThenKnown.body).toMatchObject({ asOf, knownAt: asOf, touchpoints: 4 });
    const explained = await api.ask(`${PATH}/explanation?asOf=${asOf}&knownAt=${asOf}`);
    const at = Date.parse(asOf);
    expect(explained.body).toMatchObject(json(toDocument(await folded(at, at))));
  });

  it('takes a date for the end of its day, and an offset', async () => {
    expect((await api.ask(`${PATH}?asOf=2026-01-05`)).body).toMatchObject({
      asOf: '2026-01-05T23:59:59.999Z',
      touchpoints: 1,
    });
    const offset = encodeURIComponent('2026-01-05T17:00:00+07:00');
    expect((await api.ask(`${PATH}?asOf=${offset}`)).body).toMatchObject({ asOf: '2026-01-05T10:00:00.000Z' });
  });

  it('has no stage before anything happened', async () => {
    const nothing = { reason: 'not-happened', firstOccurredAt: '2026-01-05T10:00:00.000Z' };
    const { body } = await api.ask(`${PATH}?asOf=2025-12-31`);
    expect(body).toEqual({ customer: 'c 1/ü', asOf: '2025-12-31T23:59:59.999Z', ruleset, stage: null, nothing });
    expect((await api.ask(`${PATH}/history?asOf=2025-12-31`)).body.history).toEqual([]);
    expect((await api.ask(`${PATH}/explanation?asOf=2025-12-31`)).body).toMatchObject({ stage: null, nextStage: null });
  });

  it('stayed on stages, each for a reason', async () => {
    const { body } = await api.ask(`${PATH}/history`);
    const { history } = await folded(NOW);
    expect(body.history.map(({ stage, since }: AnyJson) => [stage, Date.parse(since)])).toEqual(
      history.map(({ to, at }) => [to, at]),
    );
    body.history.forEach((stay: AnyJson, i: number) => {
      expect(stay.until).toBe(body.history[i + 1]?.since ?? null);
      expect(stay.cameFrom).toBe(body.history[i - 1]?.stage ?? null);
    });
    expect(body.history.length).toBeGreaterThan(1);
    expect(body.history[1].inWords).not.toBe('');
  });

  it.each(['', '/explanation', '/history', '/timeline', '/candidates'])(
    'is not found where nothing is recorded: %s',
    async (what) => {
      const { status, body } = await api.ask(`/v1/customers/nobody${what}`);
      expect([status, body.type]).toEqual([404, '/problems/not-found']);
      expect(body.detail).toContain('"nobody"');
    },
  );

  it.each([
    ['asOf=yesterday', 'asOf'],
    ['asOf=2026-02-30', 'asOf'],
    ['knownAt=2026-03-01T12:00:00', 'knownAt'],
    ['asOf=2026-03-01T12:00:00+07:00', 'asOf'],
    ['asOf=', 'asOf'],
    ['asof=2026-03-01', 'asof'],
    ['asOf=2026-03-01&asOf=2026-03-02', 'asOf'],
  ])('refuses %s and says which parameter is wrong', async (query, field) => {
    for (const what of ['', '/explanation', '/history', '/timeline', '/candidates']) {
      const { status, body } = await api.ask(`${PATH}${what}?${query}`);
      expect([status, body.errors[0].field]).toEqual([400, field]);
    }
  });

  it('says how a plus sign is written in a URL', async () => {
    const { body } = await api.ask(`${PATH}?asOf=2026-03-01T12:00:00+07:00`);
    expect(body.detail).toContain('%2B');
  });

  it('is what it was as of then, whatever comes later', async () => {
    const asOf = '2026-02-26T00:00:00.000Z';
    const known = '2026-03-08T00:00:00.000Z';
    const questions = ['', '/explanation', '/history', '/timeline'].map(
      (what) => `${PATH}${what}?asOf=${asOf}&knownAt=${known}`,
    );
    const answers = async () => Promise.all(questions.map(async (one) => (await api.ask(one)).body));
    const before = await answers();
    await api.record(
      { customer: 'c 1/ü', type: 'complaint.updated', occurredAt: '2026-03-09T00:00:00Z', data: { caseId: 'k-1' } },
      // Late: it changes what was true then, not what was known then.
      { customer: 'c 1/ü', type: 'message.received', occurredAt: '2026-02-20T00:00:00Z', data: {} },
    );
    expect(await answers()).toEqual(before);
    expect((await api.ask(`${PATH}?asOf=${asOf}`)).body.touchpoints).toBe(before[0].touchpoints + 1);
  });
});

describe('candidates over HTTP', () => {
  const { when: _, ...always } = RETAIL.crossSell ?? {};
  const offering: Ruleset = { ...RETAIL, crossSell: always };
  let offers: AskedApi;
  beforeAll(async () => {
    offers = await askedApi({
      clock,
      rules: () => ({ program: compileRuleset(offering), ruleset: offering, hash: rulesetHash(offering) }),
      // Decisions name the rules that they were taken by, and those offer nothing.
      rulesetHistory: { publications: async () => [], at: async () => undefined },
      crossSell: async () => {
        const index = createCrossSellIndex();
        for await (const page of offers.engine.log.readAll({ category: 'customer' }))
          for (const event of page)
            for (const fact of ownershipOf({ ...event, customer: subjectOf(event.stream) }))
              index.add(fact.customer, fact.product, fact.firstOrderedAt);
        return index;
      },
    });
    await offers.record(
      ...['x', 'y', 'z'].flatMap((customer) => [order(customer, '01-05', 'tea'), order(customer, '01-06', 'cup')]),
      order('x', '01-07', 'pot'),
      order('w', '01-08', 'tea'),
      // Known only later.
      { ...order('w', '01-09', 'cup'), recordedAt: '2026-02-01T00:00:00Z' },
    );
  });
  afterAll(() => offers.close());

  it('name what the owners of her products own, and why', async () => {
    const { body } = await offers.ask('/v1/customers/w/candidates?asOf=2026-01-08');
    expect(body.kind).toBe('candidates');
    expect(body.candidates.map(({ product }: AnyJson) => product)).toEqual(['cup', 'pot']);
    expect(body.candidates[0]).toMatchObject({ rank: 1, owners: 3, reasons: [{ product: 'tea', together: 3 }] });
    const one = await offers.ask('/v1/customers/w/candidates?asOf=2026-01-08&limit=1');
    expect(one.body.candidates).toEqual(body.candidates.slice(0, 1));
    expect((await offers.ask('/v1/customers/w?asOf=2026-01-08')).body.crossSell).toEqual({
      kind: 'candidates',
      candidates: body.candidates,
    });
  });

  it('are never what she is known to own', async () => {
    const products = async (query: string) =>
      (await offers.ask(`/v1/customers/w/candidates?${query}`)).body.candidates.map(({ product }: AnyJson) => product);
    expect(await products('asOf=2026-01-10')).toEqual(['pot']);
    expect(await products('asOf=2026-01-10&knownAt=2026-01-10')).toContain('cup');
  });

  it.each(['limit=0', 'limit=101', 'limit=x'])('refuse %s', async (query) => {
    expect((await offers.ask(`/v1/customers/w/candidates?${query}`)).status).toBe(400);
  });

  it('are withheld with the conditions that withhold them', async () => {
    const { body } = await api.ask(`${PATH}/candidates`);
    expect(body).toMatchObject({ kind: 'withheld', reason: expect.stringContaining('Open complaints 1') });
    expect(body.candidates).toBeUndefined();
  });

  it('are not to be had while there is no projection to answer from', async () => {
    const without = await createApi({ ...offers.engine, crossSell: async () => undefined }, testOptions);
    const answer = await without.inject('/v1/customers/w/candidates');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '30']);
    expect((await without.inject('/v1/customers/w')).statusCode).toBe(200);
    await without.close();
  });
});

describe('a parked customer over HTTP', () => {
  beforeAll(async () => {
    await api.record(order('p', '01-05', 'a'));
    const { log } = api.engine;
    await log.append(customerStream('p'), 'any', [
      { source: 'new', id: 'n-1', type: 'order.completed', version: 99, occurredAt: NOW - 1_000, data: {} },
    ]);
    await api.record(order('q', '01-05', 'a'));
  });

  it('is answered with the reason and where she stood last', async () => {
    const { status, body } = await api.ask('/v1/customers/p');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      customer: 'p',
      parked: { reason: expect.stringContaining('version 99'), touchpoint: { source: 'new', id: 'n-1' } },
      lastFolded: { stage: 'build', since: '2026-01-05T10:00:00.000Z' },
    });
    expect(body.stage).toBeUndefined();
  });

  it.each(['/explanation', '/history', '/timeline', '/candidates'])('cannot be asked for %s', async (what) => {
    const { status, body } = await api.ask(`/v1/customers/p${what}`);
    expect([status, body.type]).toEqual([422, '/problems/unprocessable']);
    expect(body.detail).toContain('/v1/parked/retry');
  });

  it('is on the list of those who are parked', async () => {
    const { body } = await api.ask('/v1/parked');
    expect(body.parked).toEqual([
      {
        customer: 'p',
        reason: expect.stringContaining('version 99'),
        touchpoint: { source: 'new', id: 'n-1' },
        parkedAt: expect.any(String),
      },
    ]);
    const retried = await api.ask({ method: 'POST', url: '/v1/parked/retry' });
    expect(retried.body).toMatchObject({ retried: 1, released: [], still: [{ customer: 'p' }] });
    // Both name customers.
    const { records } = (await api.ask('/v1/access-log?limit=1000')).body;
    const noted = records.map(({ what }: AnyJson) => what);
    expect(noted).toEqual(expect.arrayContaining(['GET /v1/parked', 'POST /v1/parked/retry']));
  });

  it('cannot be tried again while nothing is projected', async () => {
    const retryParked = async () => {
      throw new ProjectionUnavailable('a ruleset is being put in force');
    };
    const without = await createApi({ ...api.engine, retryParked }, testOptions);
    const answer = await without.inject({ method: 'POST', url: '/v1/parked/retry' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.json().detail).toContain('a ruleset is being put in force');
    await without.close();
  });
});

describe('merged customers over HTTP', () => {
  beforeAll(() =>
    api.record(order('old', '01-01', 'a'), order('new', '02-01', 'b'), {
      customer: 'old',
      type: 'customer.merged',
      occurredAt: '2026-02-10T00:00:00Z',
      recordedAt: '2026-02-10T00:00:00Z',
      data: { into: 'new' },
    }),
  );

  it('are answered for by the survivor, with the histories of both', async () => {
    for (const what of ['', '/explanation', '/history', '/timeline']) {
      const own = await api.ask(`/v1/customers/new${what}`);
      const asked = await api.ask(`/v1/customers/old${what}`);
      expect(own.body).toMatchObject({ customer: 'new', mergedCustomers: ['old'] });
      expect(own.body.askedFor).toBeUndefined();
      expect(asked.body).toEqual({ ...own.body, askedFor: 'old' });
    }
    expect((await api.ask('/v1/customers/old')).body.touchpoints).toBe(2);
  });

  it('stand for themselves before the merge, and before it was known', async () => {
    for (const view of ['asOf=2026-02-05', 'knownAt=2026-02-05']) {
      const { body } = await api.ask(`/v1/customers/old?${view}`);
      expect(body).toMatchObject({ customer: 'old', touchpoints: 1 });
      expect(body.askedFor).toBeUndefined();
    }
  });

  it('are all noted in the access log, whichever of them was asked for, each once', async () => {
    const notedOf = async (url: string): Promise<readonly AnyJson[]> => {
      const requestId = (await api.ask(url)).headers['x-request-id'];
      const { body } = await api.ask('/v1/access-log?limit=1000');
      return body.records.filter((one: AnyJson) => one.requestId === requestId);
    };
    for (const asked of ['old', 'new'])
      for (const what of ['', '/explanation', '/history', '/timeline', '/candidates']) {
        const records = await notedOf(`/v1/customers/${asked}${what}`);
        expect(records.map(({ customer }) => customer).sort()).toEqual(['new', 'old']);
        expect(new Set(records.map((one) => one.what))).toEqual(new Set([`GET /v1/customers/{id}${what}`]));
      }
    for (const url of ['/v1/customers/old?asOf=2026-02-05', '/v1/customers/old?asOf=then'])
      expect((await notedOf(url)).map(({ customer }) => customer)).toEqual(['old']);
    const { records } = (await api.ask('/v1/access-log?customer=old&limit=1000')).body;
    expect(records.some(({ what }: AnyJson) => what === 'GET /v1/customers/{id}/timeline')).toBe(true);
  });

  it('are noted also where they cannot be folded', async () => {
    await api.engine.log.append(customerStream('new'), 'any', [
      { source: 'later', id: 'l-1', type: 'order.completed', version: 99, occurredAt: NOW - 1_000, data: {} },
    ]);
    const { body, headers } = await api.ask('/v1/customers/old');
    expect(body.parked.touchpoint).toEqual({ source: 'later', id: 'l-1' });
    const { records } = (await api.ask('/v1/access-log?customer=new&limit=1000')).body;
    expect(records.map(({ requestId }: AnyJson) => requestId)).toContain(headers['x-request-id']);
  });
});
