import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import * as E from 'fp-ts/Either';
import { fromJsonSchema } from '../testing/from-json-schema';
import { catalogueWith, decodeTouchpoint, standardCatalogue, touchpointSchemas } from './index';
import { compact, context } from './testing/touchpoint-fixtures';

/** Optimizing what is compiled from schemas of this size takes longer than running it here. */
const OPTIONS = { strict: false, code: { optimize: false } } as const;
const ajv = new Ajv2020(OPTIONS);
addFormats(ajv);

const { data, compact: compactSchema, cloudEvent } = touchpointSchemas();
const forms: readonly (readonly [string, object, ValidateFunction])[] = [
  ['compact form', compactSchema, ajv.compile(compactSchema)],
  ['CloudEvent', cloudEvent, ajv.compile(cloudEvent)],
];
const decode = (input: unknown) => decodeTouchpoint(input, context);

/** What schemas cannot say: the decoder alone knows it. */
const beyondSchemas = (problem: { readonly field: string; readonly expected: string }): boolean =>
  problem.expected === 'one currency in a touchpoint' ||
  problem.expected.startsWith('a customer other than') ||
  problem.expected.startsWith('an instant not ') ||
  problem.expected === 'no field of that name' ||
  problem.expected.includes('levels of nesting');

describe.each(forms)('the JSON Schema of touchpoints in the %s', (_, schema, validate) => {
  const accepted = fromJsonSchema(schema as Readonly<Record<string, unknown>>);

  it('accepts only what the decoder accepts', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        expect([input, validate(input), validate.errors?.[0]]).toEqual([input, true, undefined]);
        const decoded = decode(input);
        if (E.isLeft(decoded)) expect(decoded.left.filter((problem) => !beyondSchemas(problem))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what the decoder refuses, whichever field is wrong', () => {
    const wrong = fc.oneof(
      fc.constantFrom<unknown>('', 'x', '2026-02-30T00:00:00Z', -1, 1.5, true, null, [], {}, [1], [{}], { amount: -1 }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    fc.assert(
      fc.property(accepted, fc.nat(), fc.nat(), wrong, (input, place, inner, value) => {
        const broken = structuredClone(input) as Record<string, unknown>;
        const keys = Object.keys(broken);
        const key = keys[place % keys.length];
        const within = broken[key] as Record<string, unknown>;
        if (key === 'data' && inner % 4 > 0 && Object.keys(within).length > 0)
          within[Object.keys(within)[inner % Object.keys(within).length]] = value;
        else broken[key] = value;
        const decoded = decode(broken);
        if (E.isRight(decoded) || decoded.left.every(beyondSchemas)) return;
        expect(validate(broken)).toBe(false);
      }),
      { numRuns: 600 },
    );
  });
});

it('has the data of every type and version, with what each field means', () => {
  const versions = [...standardCatalogue.types.values()].flatMap(({ name, versions }) =>
    versions.map(({ version }) => `${name}.v${version}`),
  );
  expect(Object.keys(data)).toEqual(versions);
  const order = data['order.completed.v1'] as { properties: Record<string, { description: string }> };
  for (const { description } of Object.values(order.properties)) expect(description).toMatch(/\w/);
});

it("has the operator's own types as they wrote them", () => {
  const schema = { type: 'object', required: ['serial'], properties: { serial: { type: 'string' } } };
  const catalogue = catalogueWith({ 'warranty.registered': schema });
  if (E.isLeft(catalogue)) throw new Error('it is right');
  const schemas = touchpointSchemas(catalogue.right);
  expect(schemas.data['warranty.registered.v1']).toMatchObject(schema);
  const validate = new Ajv2020({ ...OPTIONS, formats: { 'date-time': true } }).compile(schemas.compact);
  expect(validate(compact({ type: 'warranty.registered', data: { serial: 's' } }))).toBe(true);
  expect(validate(compact({ type: 'warranty.registered', data: {} }))).toBe(false);
});
