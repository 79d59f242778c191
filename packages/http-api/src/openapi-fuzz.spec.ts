/** Calls made from the OpenAPI document, right ones and wrong ones: no answer is a defect, every answer is documented. */
import { createCrossSellIndex } from '@rapport/domain';
import { fromJsonSchema } from '@rapport/domain/testing';
import { published, recordPublications } from '@rapport/engine';
import * as fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { type AskedApi, askedApi } from './testing/asked-api';

type Schema = Readonly<Record<string, unknown>>;
interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** Answers without end are tested where they are made; figures for Prometheus are no JSON. */
const NOT_ASKED = ['streamStageChanges', 'metrics'];
const RUNS = 40;
/** Chance may refuse one round, not all of them. */
const ROUNDS = 20;
const STREAM = /ndjson|jsonl/;
const CUSTOMERS = ['c-1', 'c-2', 'Jürgen K.', '../../etc/passwd', 'a%2fb'];

/** What there is: by collection for paths, by name of a parameter for queries. */
let names: Readonly<Record<string, readonly string[]>>;
/** A cursor that was given, by operation. */
const cursors = new Map<string, string>();

let api: AskedApi;
let document: { readonly paths: Record<string, Record<string, Operation>>; readonly components: Schema };
let operations: readonly Operation[];
beforeAll(async () => {
  api = await askedApi({ crossSell: async () => createCrossSellIndex() });
  await api.record(
    ...CUSTOMERS.flatMap((customer) => [
      { customer, type: 'customer.signedUp', occurredAt: '2026-01-01T00:00:00Z' },
      { customer, type: 'order.completed', occurredAt: '2026-02-01T00:00:00Z', data: { total: 20 } },
      {
        customer,
        type: 'complaint.opened',
        occurredAt: '2026-03-01T00:00:00Z',
        data: { caseId: `case of ${customer}` },
      },
    ]),
  );
  document = (await api.app.inject('/openapi.json')).json();
  const made = async (url: string, payload: object) => (await api.ask({ method: 'POST', url, payload })).body;
  const subscription = await made('/v1/subscriptions', { url: 'http://127.0.0.1:9/' });
  const key = await made('/v1/keys', { name: 'a key', roles: ['ingest'] });
  for (const id of ['1', '2', '3'])
    await api.app.inject({
      method: 'POST',
      url: '/v1/touchpoints',
      payload: { id, source: 'shop', type: 'unheard of' },
    });
  const [rejection] = (await api.ask('/v1/rejections')).body.rejections;
  const { ruleset, hash } = api.engine.rules();
  await recordPublications(api.engine.log, [{ number: 1, ...published(ruleset), at: api.engine.now() }]);
  names = {
    customers: CUSTOMERS,
    subscriptions: [subscription.id ?? subscription.subscription?.id],
    keys: [key.id ?? key.key?.id],
    rulesets: [hash],
    rejections: [rejection.id],
    source: ['shop'],
    key: ['anyone'],
    fingerprint: [rejection.fingerprint],
    since: ['2026-01-01T00:00:00Z'],
    customer: CUSTOMERS,
    q: CUSTOMERS,
    stage: ruleset.stages.map(({ id }) => id),
    signal: [ruleset.signals ?? []].flat().map(({ id }) => id),
    factor: Object.keys(ruleset.factors),
    direction: ['up', 'down'],
    cause: ['touchpoint', 'late', 'time,merge'],
    kind: ['stageChanged', 'signalRaised,signalCleared'],
    lang: ['en', 'de'],
    at: ['2026-04-01T00:00:00Z', '2026-02-15T00:00:00Z'],
    asOf: ['2026-04-01T00:00:00Z', '2026-02-15T00:00:00Z'],
    knownAt: ['2100-01-01T00:00:00Z'],
    from: ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    to: ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
  };
  operations = Object.entries(document.paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, of]) => ({ ...of, method, path })))
    .filter(({ operationId }) => !NOT_ASKED.includes(operationId))
    // What is removed can be asked for no more.
    .sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'));
  for (const { operationId, path, parameters = [] } of operations) {
    if (!parameters.some(({ name }) => name === 'after')) continue;
    const [, , collection] = path.split('/');
    const { body } = await api.ask(`${path.replace(/\{\w+\}/, names[collection]?.[0])}?limit=1`);
    if (typeof body.next === 'string') cursors.set(operationId, body.next);
  }
});
afterAll(() => api.close());

const resolve = (ref: string): Schema =>
  ref
    .split('/')
    .slice(1)
    .reduce((at: Schema, key) => at[key.replaceAll('~1', '/')] as Schema, document as unknown as Schema);

const junk = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'null',
    '-1',
    '1e400',
    '\u0000',
    "' OR 1=1--",
    '../..',
    '9'.repeat(400),
    '__proto__',
    '%00',
    '{}',
  ),
  fc.string({ unit: 'binary' }),
);

/** A cursor that was given, with something else in it: numbers that are no instants, texts that are no ids. */
const altered = (cursor: string): fc.Arbitrary<string> => {
  const by = fc.oneof(fc.constantFrom(1e300, -1e300, 8.64e15 + 2, 0.5, -1, null), fc.double({ noNaN: true }), junk);
  return fc.tuple(fc.nat(), by).map(([place, value]) => {
    let parts: unknown;
    try {
      parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    } catch {
      // A place in the log.
      return String(value);
    }
    return Buffer.from(JSON.stringify(corrupted(parts, place, value))).toString('base64url');
  });
};

/** What a schema cannot say: names that stand for something here, and cursors that were given before. */
const known = ({ operationId, path }: Operation, { name, in: place }: Parameter): fc.Arbitrary<string> | undefined => {
  if (name === 'after') {
    const given = cursors.get(operationId) ?? '';
    return fc.oneof(fc.constant(given), altered(given));
  }
  if (place !== 'path') return name in names ? fc.constantFrom(...names[name]) : undefined;
  const collection = path.split('/')[2];
  return fc.constantFrom(...(names[collection] ?? ['x']));
};

const parameterValue = (operation: Operation, parameter: Parameter): fc.Arbitrary<string> => {
  const values =
    known(operation, parameter) ?? fromJsonSchema(parameter.schema, resolve, 2).map((value) => String(value));
  return fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: junk });
};

/** A dot or two is no name in a path: the parser of URLs has eaten it before anybody could ask. */
const inPath = (value: string): string => encodeURIComponent(/^\.{0,2}$/.test(value) ? 'x' : value);

/** The value with something else somewhere in it. */
const corrupted = (value: unknown, place: number, by: unknown): unknown => {
  if (typeof value !== 'object' || value === null || place % 5 === 0) return by;
  const keys = Object.keys(value);
  if (keys.length === 0) return by;
  const key = keys[place % keys.length];
  const copy = Array.isArray(value) ? [...value] : { ...value };
  (copy as Record<string, unknown>)[key] = corrupted((value as Record<string, unknown>)[key], place >> 2, by);
  return copy;
};

const bodyOf = (type: string, schema: Schema): fc.Arbitrary<{ readonly type: string; readonly text: string }> => {
  const right = fromJsonSchema(schema, resolve);
  const wrong = fc
    .tuple(right, fc.nat(), fc.jsonValue({ maxDepth: 2 }))
    .map(([value, place, by]) => corrupted(value, place, by));
  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const text = fc.oneof(
    { weight: 4, arbitrary: right.map(asText) },
    { weight: 4, arbitrary: wrong.map(asText) },
    { weight: 1, arbitrary: junk },
  );
  return fc.record({ type: fc.constant(type), text });
};

/** Media types of the document that an operation does not name. */
const otherTypes = ({ method, requestBody }: Operation): readonly string[] => {
  const all = operations.flatMap((one) => Object.keys(one.requestBody?.content ?? {}));
  const taken = ['application/json', ...Object.keys(requestBody?.content ?? {})];
  return method === 'post' || method === 'patch' ? [...new Set(all)].filter((type) => !taken.includes(type)) : [];
};

const requestOf = (operation: Operation): fc.Arbitrary<InjectOptions> => {
  const { method, path, parameters = [], requestBody } = operation;
  const values = (place: Parameter['in']) => {
    const of = parameters.filter((parameter) => parameter.in === place);
    const requiredKeys = of.filter(({ required }) => required === true).map(({ name }) => name);
    return fc.record(Object.fromEntries(of.map((one) => [one.name, parameterValue(operation, one)])), {
      requiredKeys: place === 'path' ? of.map(({ name }) => name) : requiredKeys,
    }) as fc.Arbitrary<Record<string, string>>;
  };
  // Streams are answered line by line, which is asked for below.
  const content = Object.entries(requestBody?.content ?? {}).filter(([type]) => !STREAM.test(type));
  const right = content.map(([type, { schema }]) => ({ weight: 4, arbitrary: bodyOf(type, schema) }));
  const none = { weight: 4, arbitrary: fc.constant(undefined) };
  const other = otherTypes(operation).map((type) => ({ weight: 1, arbitrary: bodyOf(type, {}) }));
  const body = fc.oneof(...(right.length === 0 ? [none] : right), ...other);
  return fc.record({ path: values('path'), query: values('query'), header: values('header'), body }).map((made) => ({
    method: method.toUpperCase() as 'POST',
    url:
      path.replace(/\{(\w+)\}/g, (_, name: string) => inPath(made.path[name])) +
      (Object.keys(made.query).length === 0 ? '' : `?${new URLSearchParams(made.query)}`),
    headers: {
      // What no header can hold never arrives.
      ...Object.fromEntries(Object.entries(made.header).filter(([, value]) => /^[\x20-\x7e]*$/.test(value))),
      ...(made.body === undefined ? {} : { 'content-type': made.body.type }),
    },
    ...(made.body === undefined ? {} : { payload: made.body.text }),
  }));
};

it('has an operation for everything that is promised', () => {
  expect(operations.length).toBeGreaterThan(25);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

it('answers whatever the document lets one ask, and what it does not, as the document says and without a defect', async () => {
  for (const operation of operations) {
    const statuses = new Set<number>();
    const others = otherTypes(operation);
    const property = fc.asyncProperty(requestOf(operation), async (request) => {
      const { status } = await api.ask(request);
      statuses.add(status);
      expect(status).toBeLessThan(500);
      const type = (request.headers as { readonly 'content-type'?: string })['content-type'];
      if (type !== undefined && others.includes(type)) expect([type, status]).toEqual([type, 415]);
    });
    // What is written may need what no schema leads to, a ruleset; what is read is asked until it was answered.
    const isEnough = (): boolean => operation.method !== 'get' || [...statuses].some((status) => status < 300);
    for (let round = 1; round === 1 || (!isEnough() && round <= ROUNDS); round++)
      await fc.assert(property, { numRuns: RUNS });
    // A run that was refused everywhere would show nothing.
    expect([operation.operationId, isEnough()]).toEqual([operation.operationId, true]);
  }
});

it('answers streams of whatever lines, line by line', async () => {
  const touchpoint = fromJsonSchema({ $ref: '#/components/schemas/Touchpoint' }, resolve);
  const line = fc.oneof(
    touchpoint.map((value) => JSON.stringify(value)),
    junk.map((text) => text.replaceAll('\n', '')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
      const answer = await api.app.inject({
        method: 'POST',
        url: '/v1/touchpoints',
        headers: { 'content-type': 'application/x-ndjson' },
        payload: lines.join('\n'),
      });
      expect(answer.statusCode).toBe(200);
      const results = answer.body
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text));
      expect(results.at(-1)).toMatchObject({ status: 'done' });
      const numbers = lines.flatMap((text, i) => (/^[ \t\r]*$/.test(text) ? [] : [i + 1]));
      expect(results.slice(0, -1).map((result) => result.line)).toEqual(numbers);
    }),
    { numRuns: RUNS },
  );
});
