import * as E from 'fp-ts/Either';
import { InexactNumber } from '../exact-json';
import { list, text } from './field';
import {
  catalogueWith,
  type DecodedTouchpoint,
  decodeTouchpoint,
  FUTURE_TOLERANCE,
  MAX_DATA_BYTES,
  MAX_DATA_DEPTH,
  MAX_ID_LENGTH,
  type TouchpointAdjustment,
  type TouchpointProblem,
} from './index';
import { compact, context, NOW } from './testing/touchpoint-fixtures';

const accepted = (input: unknown, over: Partial<typeof context> = {}): DecodedTouchpoint => {
  const decoded = decodeTouchpoint(input, { ...context, ...over });
  if (E.isLeft(decoded)) throw new Error(decoded.left.map(({ message }) => message).join('\n'));
  return decoded.right;
};

const refused = (input: unknown, over: Partial<typeof context> = {}): readonly TouchpointProblem[] => {
  const decoded = decodeTouchpoint(input, { ...context, ...over });
  if (E.isRight(decoded)) throw new Error('accepted');
  return decoded.left;
};

const messages = (input: unknown): readonly string[] => refused(input).map(({ message }) => message);

describe('what is missing', () => {
  it('is pointed out where it stands under a name that looks like it', () => {
    const { customer, ...rest } = compact({ type: 'complaint.acknowledged', data: { case_id: 'k-1' } });
    expect(messages({ ...rest, customer_id: customer })).toEqual([
      expect.stringMatching(/^customer: expected .* got nothing\. "customer_id" looks like it$/),
      expect.stringMatching(/^data\.caseId: expected .* got nothing\. "case_id" looks like it$/),
    ]);
  });
});

describe('the compact form', () => {
  it('becomes a touchpoint with instants in milliseconds', () => {
    expect(
      accepted(
        compact({
          recordedAt: '2026-03-02T00:00:00Z',
          staff: 's-1',
          correlationId: 'o-1',
          data: { orderId: 'o-1', total: 20 },
        }),
      ),
    ).toEqual({
      id: 't-1',
      source: 'shop',
      type: 'order.completed',
      version: 1,
      customer: 'c-17',
      occurredAt: Date.UTC(2026, 2, 1, 12),
      recordedAt: Date.UTC(2026, 2, 2),
      staff: 's-1',
      correlationId: 'o-1',
      data: { orderId: 'o-1', total: 20 },
    });
  });

  it('leaves recordedAt to the log when the sender does not state it', () => {
    expect(accepted(compact())).not.toHaveProperty('recordedAt');
    expect(accepted(compact({ recordedAt: null, staff: null, correlationId: null, version: null }))).toEqual(
      accepted(compact()),
    );
  });

  it('takes the source of the context where there is none', () => {
    expect(accepted(compact({ source: undefined }), { defaultSource: 'file' }).source).toBe('file');
    expect(refused(compact({ source: undefined }))[0].field).toBe('source');
  });

  it('takes the engine for the source of nothing: its decisions have ids that anybody can compute', () => {
    const expected =
      'source: expected the name of who says so; this one stands for what the engine records, got "rapport"';
    expect(messages(compact({ source: 'rapport' }))).toEqual([expected]);
    expect(refused(compact({ source: undefined }), { defaultSource: 'rapport' })[0].field).toBe('source');
    expect(accepted(compact({ source: 'rapport-shop' })).source).toBe('rapport-shop');
  });

  it('takes missing data for no data', () => {
    expect(accepted(compact({ data: undefined })).data).toEqual({});
  });

  it('needs no customer for a touchpoint of staff that names the member of staff', () => {
    const trained = compact({ type: 'staff.trained', customer: undefined, staff: 's-1', data: { skill: 'listening' } });
    expect(accepted(trained).customer).toBe('s-1');
    expect(refused(compact({ customer: undefined, staff: 's-1' }))[0].field).toBe('customer');
  });
});

describe('a CloudEvent', () => {
  const event = {
    specversion: '1.0',
    id: 't-1',
    source: '/shop',
    type: 'touchpoint.survey.answered.v2',
    subject: 'c-17',
    time: '2026-03-01T19:00:00+07:00',
    recordedtime: '2026-03-01T12:00:01Z',
    correlationid: 'k-1',
    staff: 's-1',
    traceparent: '00-1-1-00',
    data: { instrument: 'csat', score: 4, scale: 5 },
  };

  it('becomes a touchpoint of its schema version', () => {
    expect(accepted(event)).toEqual({
      id: 't-1',
      source: '/shop',
      type: 'survey.answered',
      version: 2,
      customer: 'c-17',
      occurredAt: Date.UTC(2026, 2, 1, 12),
      recordedAt: Date.UTC(2026, 2, 1, 12, 0, 1),
      correlationId: 'k-1',
      staff: 's-1',
      data: event.data,
    });
  });

  it('gets its problems with the names of CloudEvents', () => {
    expect(refused({ ...event, time: 'today', subject: '', recordedtime: 3, correlationid: '' })).toMatchObject([
      { field: 'subject' },
      { field: 'time', got: '"today"' },
      { field: 'recordedtime', got: '3' },
      { field: 'correlationid' },
    ]);
  });

  it.each([
    [{ specversion: '0.3' }, 'specversion: expected "1.0", got "0.3"'],
    [
      { type: 'order.completed' },
      'type: expected touchpoint.<name>.v<version> such as touchpoint.order.completed.v1, got "order.completed"',
    ],
    [
      { type: 'touchpoint.survey.answered.v3' },
      'type: expected a schema version of survey.answered: from 1 to 2, got 3',
    ],
    [{ datacontenttype: 'text/xml' }, 'datacontenttype: expected application/json, got "text/xml"'],
    [{ data: undefined, data_base64: 'AAAA' }, 'data_base64: expected JSON in data, got binary data'],
  ])('is refused with %j', (over, message) => {
    expect(messages({ ...event, ...over })).toEqual([message]);
  });
});

describe('what is missing is unknown, what is wrong is refused', () => {
  it('accepts an order of which nothing is known', () => {
    expect(accepted(compact({ data: {} })).data).toEqual({});
    expect(accepted(compact({ data: { total: null, items: null } })).data).toEqual({ total: null, items: null });
  });

  it('keeps fields it does not know, and data that is right as it stands is not copied', () => {
    const data = { orderId: 'o', total: 1, items: [{ sku: 'P1', colour: 'red' }], gift: { wrapped: true } };
    expect(accepted(compact({ data })).data).toBe(data);
  });

  it.each([
    [{ total: -3 }, 'data.total: expected a number of at least 0, or {amount, currency}, got -3'],
    [{ total: '12.50' }, 'data.total: expected a number of at least 0, or {amount, currency}, got "12.50"'],
    [{ total: { amount: -1, currency: 'EUR' } }, 'data.total.amount: expected a number of at least 0, got -1'],
    [
      { total: { amount: 1, currency: 'euro' } },
      'data.total.currency: expected a currency of three capital letters such as EUR, got "euro"',
    ],
    [{ items: [{ sku: 'A' }, { quantity: '2' }] }, 'data.items[1].quantity: expected a number, got "2"'],
    [{ items: {} }, 'data.items: expected a list of objects, got an object'],
    [{ items: [null] }, 'data.items[0]: expected an object, got null'],
    [
      { promisedAt: '2026-03-05' },
      'data.promisedAt: expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z, got "2026-03-05"',
    ],
    [{ orderId: '' }, 'data.orderId: expected an id: 1 to 512 characters without control characters, got ""'],
  ])('refuses an order with %j', (data, message) => {
    expect(messages(compact({ data }))).toEqual([message]);
  });

  it('tells everything that is wrong at once, up to twenty problems', () => {
    const wrong = compact({
      id: '',
      customer: 7,
      occurredAt: '2026-02-30T00:00:00Z',
      data: { total: 'x', orderId: 1.5 },
    });
    expect(refused(wrong).map(({ field }) => field)).toEqual([
      'id',
      'customer',
      'occurredAt',
      'data.orderId',
      'data.total',
    ]);
    expect(refused(compact({ data: { items: Array.from({ length: 1000 }, () => 1) } }))).toHaveLength(20);
  });

  it('looks at no more items than it tells, however many there are', () => {
    const items = Array.from({ length: 125_000 }, () => 1);
    expect(refused(compact({ data: { items } }))).toHaveLength(20);
    let looks = 0;
    const watched = new Proxy(items, {
      get: (target, name) => {
        if (/^\d+$/.test(String(name))) looks++;
        return Reflect.get(target, name);
      },
    });
    expect(E.isLeft(list('', { price: text('') }).decode(watched))).toBe(true);
    expect(looks).toBeLessThanOrEqual(2 * 20);
  });

  it('shortens what it got', () => {
    expect(refused(compact({ data: { total: 'x'.repeat(1000) } }))[0].got).toBe(`"${'x'.repeat(60)}"…`);
    expect(refused(compact({ data: { ['x'.repeat(1000)]: Number.NaN } }))[0].field).toHaveLength(201);
  });

  it.each([
    ['complaint.opened', {}, 'data.caseId'],
    ['complaint.resolved', { caseId: 'k', outcome: 'happy' }, 'data.outcome'],
    ['complaint.opened', { caseId: 'k', severity: 'huge' }, 'data.severity'],
    ['compensation.accepted', { amount: -5 }, 'data.amount'],
    ['consent.granted', {}, 'data.purpose'],
    ['consent.revoked', { purpose: '' }, 'data.purpose'],
    ['customer.merged', {}, 'data.into'],
    ['customer.merged', { into: 'c-17' }, 'data.into'],
    ['survey.answered', { instrument: 'stars' }, 'data.instrument'],
  ])('refuses %s with %j for %s', (type, data, field) => {
    expect(refused(compact({ type, data })).map((problem) => problem.field)).toEqual([field]);
  });

  it('accepts compensation without a case: a credit', () => {
    expect(accepted(compact({ type: 'compensation.accepted', data: { amount: 5 } })).data).toEqual({ amount: 5 });
  });

  describe.each(['order.refunded', 'order.cancelled'])('an amount of %s', (type) => {
    it.each([
      [
        { total: -30, note: 'x' },
        { total: 30, note: 'x' },
      ],
      [{ total: { amount: -30, currency: 'EUR' } }, { total: 30, currency: 'EUR' }],
    ])('that is negative is turned, and said to be: %j', (data, taken) => {
      const adjusted: TouchpointAdjustment[] = [];
      const onAdjusted = (one: TouchpointAdjustment) => adjusted.push(one);
      const given = compact({ type, data });
      const decoded = decodeTouchpoint(given, { ...context, onAdjusted });
      expect(decoded).toMatchObject({ right: { data: taken } });
      expect(adjusted).toEqual([
        {
          type,
          field: 'data.total',
          given: -30,
          taken: 30,
          message: `data.total: -30 is taken as 30: ${type} says what went back as an amount above 0`,
        },
      ]);
      expect(given.data).toEqual(data);
    });

    it('that is not stays as it is', () => {
      const onAdjusted = () => expect('an adjustment').toBe('none');
      for (const total of [30, 0, null, undefined]) {
        const data = { total, items: [{ sku: 'a', quantity: -1, price: -3 }] };
        expect(decodeTouchpoint(compact({ type, data }), { ...context, onAdjusted })).toMatchObject({
          right: { data },
        });
      }
    });
  });

  it('refuses a number that would become another, wherever it stands', () => {
    const number = new InexactNumber('1e400');
    for (const [given, field] of [
      [{ data: number }, 'data'],
      [{ data: { orderId: number } }, 'data.orderId'],
      [{ data: { items: [{ price: number }] } }, 'data.items[0].price'],
      [{ customer: number }, 'customer'],
      [{ occurredAt: number }, 'occurredAt'],
    ] as const)
      expect(refused(compact(given))).toMatchObject([
        { field, got: '1e400', message: expect.stringContaining('send it as text') },
      ]);
  });

  it('takes a whole number for an id as its text', () => {
    const data = { orderId: 17, items: [{ sku: 85123, price: { amount: 1, currency: 'EUR' } }] };
    expect(accepted(compact({ data })).data).toEqual({
      orderId: '17',
      items: [{ sku: '85123', price: 1 }],
      currency: 'EUR',
    });
    expect(data.orderId).toBe(17);
  });
});

describe('money', () => {
  it('becomes the number, with the currency beside it', () => {
    const data = { total: { amount: 20, currency: 'EUR' }, items: [{ price: { amount: 10, currency: 'EUR' } }] };
    expect(accepted(compact({ data })).data).toEqual({ total: 20, currency: 'EUR', items: [{ price: 10 }] });
    expect(data.total).toEqual({ amount: 20, currency: 'EUR' });
  });

  it('has one currency in a touchpoint', () => {
    const both = { total: { amount: 20, currency: 'EUR' }, items: [{ price: { amount: 10, currency: 'USD' } }] };
    expect(messages(compact({ data: both }))).toEqual([
      'data.currency: expected one currency in a touchpoint, got "EUR and USD"',
    ]);
    for (const currency of ['USD', 'eur', 5])
      expect(refused(compact({ data: { total: { amount: 20, currency: 'EUR' }, currency } }))[0].field).toBe(
        'data.currency',
      );
    expect(accepted(compact({ data: { total: { amount: 20, currency: 'EUR' }, currency: 'EUR' } })).data).toEqual({
      total: 20,
      currency: 'EUR',
    });
  });
});

describe('instants', () => {
  it.each([
    '2026-03-01T12:00:00',
    '2026-03-01',
    '2026-02-29T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '1899-12-31T23:59:59Z',
    1_700_000_000_000,
    null,
    undefined,
  ])('refuses %j as occurredAt', (occurredAt) => {
    expect(refused(compact({ occurredAt })).map(({ field }) => field)).toEqual(['occurredAt']);
  });

  it('may lie ahead of the clock by the tolerance and no further', () => {
    const at = (ahead: number): unknown => compact({ occurredAt: new Date(NOW + ahead).toISOString() });
    expect(accepted(at(FUTURE_TOLERANCE)).occurredAt).toBe(NOW + FUTURE_TOLERANCE);
    expect(messages(at(FUTURE_TOLERANCE + 1))).toEqual([
      'occurredAt: expected an instant not after 2026-07-01T01:00:00.000Z, got "2026-07-01T01:00:00.001Z"',
    ]);
    expect(accepted(at(5000), { futureTolerance: 5000 }).occurredAt).toBe(NOW + 5000);
    expect(refused(at(5001), { futureTolerance: 5000 })).toHaveLength(1);
  });

  it('may have occurred in 1900 but not have been recorded before 1970', () => {
    expect(accepted(compact({ occurredAt: '1900-01-01T00:00:00Z' })).occurredAt).toBe(Date.UTC(1900, 0, 1));
    expect(refused(compact({ recordedAt: '1969-12-31T23:59:59Z' }))[0].field).toBe('recordedAt');
  });
});

describe('identity', () => {
  it.each([
    ['', 'an empty text'],
    ['x'.repeat(MAX_ID_LENGTH + 1), '513 characters'],
    ['two\nlines', 'a control character or line break'],
    ['nul\0', 'a control character or line break'],
    ['bell\u0007', 'a control character or line break'],
    ['line\u2028separator', 'a control character or line break'],
    ['half \ud83d emoji', 'a lone surrogate'],
  ])('refuses %j', (text, got) => {
    for (const field of ['id', 'source', 'customer', 'staff', 'correlationId'])
      expect(refused(compact({ [field]: text }))).toMatchObject([{ field, got }]);
  });

  it('takes any visible text, in any script', () => {
    for (const customer of ['x'.repeat(MAX_ID_LENGTH), 'Nguyễn Thị Hoa', '👩‍🌾', 'constructor', '__proto__', 'a b'])
      expect(accepted(compact({ customer })).customer).toBe(customer);
  });
});

describe('hostile data', () => {
  const nested = (depth: number): unknown => (depth === 1 ? {} : { in: nested(depth - 1) });

  it('may be nested to the limit and no deeper', () => {
    expect(accepted(compact({ data: nested(MAX_DATA_DEPTH) })).data).toBeDefined();
    expect(refused(compact({ data: nested(MAX_DATA_DEPTH + 1) }))).toMatchObject([
      { expected: 'at most 32 levels of nesting', got: 'more than 32' },
    ]);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(refused(compact({ data: cycle }))).toHaveLength(1);
  });

  it('may be as large as the limit in bytes of canonical JSON and no larger', () => {
    const overhead = JSON.stringify({ note: '' }).length;
    const ofBytes = (bytes: number): unknown => compact({ data: { note: 'é'.repeat((bytes - overhead) / 2) } });
    expect(accepted(ofBytes(MAX_DATA_BYTES - 1)).data).toBeDefined();
    expect(refused(ofBytes(MAX_DATA_BYTES + 1))).toMatchObject([
      { field: 'data', expected: 'at most 1048576 bytes', got: '1048577' },
    ]);
  });

  it('cannot touch a prototype', () => {
    const own = JSON.parse('{"deep": [{"__proto__": {"polluted": true}}]}');
    expect(messages(compact({ data: own }))).toEqual([
      'data.deep[0].__proto__: expected no field of that name, got one',
    ]);
    expect(accepted(compact({ data: { constructor: 1, prototype: 2, hasOwnProperty: 3 } })).data).toEqual({
      constructor: 1,
      prototype: 2,
      hasOwnProperty: 3,
    });
    expect(refused(compact({ type: 'constructor' }))[0].field).toBe('type');
    expect(refused(compact({ type: '__proto__' }))[0].field).toBe('type');
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['a lone surrogate', 'half \udc00'],
    ['NUL', 'a\0b'],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a date object', new Date(0)],
  ])('has no %s anywhere', (_, value) => {
    expect(refused(compact({ data: { deep: [{ odd: value }] } }))[0].field).toBe('data.deep[0].odd');
  });

  it.each([[[]], ['text'], [3], [null]])('is an object, not %j', (data) => {
    expect(refused(compact({ data }))).toMatchObject([{ field: 'data', expected: 'an object' }]);
  });

  it.each([[[]], ['text'], [3], [null], [undefined]])('stands in an object, not %j', (input) => {
    expect(refused(input)).toMatchObject([{ field: '', expected: 'a touchpoint as a JSON object' }]);
  });
});

describe('types', () => {
  it('refuses an unknown one with the nearest name and the way to register it', () => {
    expect(messages(compact({ type: 'order.complete' }))).toEqual([
      'type: expected a known touchpoint type, got "order.complete". Did you mean order.completed? Types of your own go into the section touchpoints of the ruleset, with a JSON Schema of their data.',
    ]);
    expect(messages(compact({ type: 'spaceship.launched' }))[0]).not.toContain('Did you mean');
    expect(refused(compact({ type: 'x'.repeat(100_000) }))).toHaveLength(1);
  });

  it('takes unknown ones with any data where the caller keeps no log', () => {
    const odd = compact({ type: 'spaceship.launched', data: { total: 'x' } });
    expect(accepted(odd, { unknownTypes: 'accept' })).toMatchObject({ type: 'spaceship.launched', version: 1 });
    expect(
      refused(compact({ type: 'order.completed', data: { total: 'x' } }), { unknownTypes: 'accept' }),
    ).toHaveLength(1);
  });

  it('tells a Segment call that lost its way', () => {
    expect(messages({ type: 'track', event: 'Order Completed', userId: 'c' })[0]).toContain(
      'looks like a Segment call',
    );
  });

  it.each([0, 2, 1.5, '1', -1])('refuses schema version %j of a type that has one', (version) => {
    expect(messages(compact({ version }))[0]).toMatch(
      /^version: expected a schema version of order\.completed: 1, got /,
    );
  });

  it('knows those of the ruleset', () => {
    const own = catalogueWith({ 'warranty.registered': { type: 'object', required: ['serial'] } });
    if (E.isLeft(own)) throw new Error('refused');
    const registered = compact({ type: 'warranty.registered', data: { serial: 'A1' } });
    expect(accepted(registered, { catalogue: own.right }).type).toBe('warranty.registered');
    expect(refused(registered)[0].field).toBe('type');
  });
});
