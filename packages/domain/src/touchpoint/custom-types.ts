import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import * as E from 'fp-ts/Either';
import * as t from 'io-ts';
import { boundedValidator } from '../bounded-validator';
import type { JsonObject } from '../json';
import { type Catalogue, catalogueOf, standardCatalogue } from './catalogue';
import { MAX_PROBLEMS, problem } from './problem';
import type { TouchpointType } from './touchpoint-type';

/** A touchpoint type of the operator that cannot be registered. */
export interface CustomTypeProblem {
  /** Its name in the ruleset's section `touchpoints`. */
  readonly type: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

const NAME = /^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/;
const LONGEST_NAME = 100;
/** What the engine itself records: the events of decisions. */
const OWN_OBJECTS: ReadonlySet<string> = new Set(['relationship', 'touchpoint']);

/** Data by the operator's JSON Schema. Nothing is coerced or filled in: data is recorded as it came. */
export class SchemaCodec extends t.Type<JsonObject, JsonObject, unknown> {
  constructor(
    readonly schema: Readonly<Record<string, unknown>>,
    errorsOf: (input: unknown) => readonly ErrorObject[],
  ) {
    super(
      'data by its JSON Schema',
      (input): input is JsonObject => errorsOf(input).length === 0,
      (input, context) => {
        const errors = errorsOf(input).slice(0, MAX_PROBLEMS);
        return errors.length === 0
          ? t.success(input as JsonObject)
          : t.failures(errors.map((error) => asValidationError(error, input, context)));
      },
      t.identity,
    );
  }
}

/** Ajv's finding in the form io-ts gives, so that both are reported alike. */
const asValidationError = (error: ErrorObject, input: unknown, root: t.Context): t.ValidationError => {
  const missing: unknown = error.params.missingProperty ?? error.params.additionalProperty;
  const keys = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (typeof missing === 'string') keys.push(missing);
  const type = new Expectation(expectedBy(error));
  const context: t.ContextEntry[] = [...root];
  let actual: unknown = input;
  for (const key of keys) {
    actual = typeof actual === 'object' && actual !== null ? Reflect.get(actual, key) : undefined;
    context.push({ key, type: t.unknown, actual });
  }
  const last = context.pop() ?? { key: '' };
  return { value: actual, context: [...context, { ...last, type }] };
};

/** Carries the words of what was expected to where io-ts keeps them: the name of a codec. */
class Expectation extends t.Type<never> {
  constructor(words: string) {
    super(words, (_input): _input is never => false, t.failure, t.identity);
  }
}

const expectedBy = ({ keyword, params, message = 'what its schema says' }: ErrorObject): string => {
  if (keyword === 'required') return 'a value';
  if (keyword === 'additionalProperties') return 'no field of that name';
  if (keyword === 'enum') return `one of ${(params.allowedValues as readonly unknown[]).join(', ')}`;
  if (keyword === 'type') return `a value of type ${String(params.type)}`;
  if (keyword === 'format') return `the format ${params.format}`;
  return message.replace(/^must be /, 'a value ').replace(/^must /, 'a value that must ');
};

/**
 * The standard catalogue with the operator's types: the section `touchpoints` of a ruleset, name to JSON Schema of
 * `data` (draft 7, with formats; unknown keywords are a problem, since they are misspelt ones). Left: each type that cannot be
 * registered.
 *
 * @example
 * catalogueWith({
 *   'warranty.registered': { type: 'object', required: ['serial'], properties: { serial: { type: 'string' } } },
 * })
 */
export const catalogueWith = (
  touchpoints: Readonly<Record<string, unknown>> = {},
): E.Either<readonly CustomTypeProblem[], Catalogue> => {
  const entries = Object.entries(touchpoints);
  if (entries.length === 0) return E.right(standardCatalogue);
  // Loaded only where there are such types: most commands start without them.
  const ajvModule = require('ajv') as typeof import('ajv');
  const ajvOf = (allErrors: boolean): Ajv => {
    const ajv = new ajvModule.Ajv({ strictSchema: true, strictTypes: false, allErrors, logger: false });
    (require('ajv-formats') as typeof import('ajv-formats')).default(ajv);
    return ajv;
  };
  const [first, all] = [ajvOf(false), ajvOf(true)];
  const results = entries.map(([name, schema]) =>
    customType((allErrors, of) => (allErrors ? all : first).compile(of), name, schema),
  );
  const problems = results.filter(E.isLeft).map(({ left }) => left);
  if (problems.length > 0) return E.left(problems);
  return E.right(catalogueOf([...standardCatalogue.types.values(), ...results.filter(E.isRight).map((r) => r.right)]));
};

type Compile = (allErrors: boolean, schema: Readonly<Record<string, unknown>>) => ValidateFunction;

const customType = (compile: Compile, name: string, schema: unknown): E.Either<CustomTypeProblem, TouchpointType> => {
  const refuse = (message: string): E.Either<CustomTypeProblem, TouchpointType> => E.left({ type: name, message });
  if (!NAME.test(name) || name.length > LONGEST_NAME)
    return refuse(problem('', 'a name object.action in camelCase such as warranty.registered', name).message);
  if (standardCatalogue.types.has(name))
    return refuse(`${name} stands in the catalogue already; choose another name, or use it as it is`);
  if (OWN_OBJECTS.has(name.slice(0, name.indexOf('.'))))
    return refuse(`${name}: names of that object are the engine's own; choose another`);
  if (!isSchema(schema)) return refuse(problem('', 'a JSON Schema of data as an object', schema).message);
  if ('$async' in schema) return refuse('the schema is asynchronous ($async), and decoding is synchronous');
  try {
    return E.right({
      name,
      family: 'added by the ruleset',
      method: 'none',
      description: typeof schema.description === 'string' ? schema.description : '',
      versions: [
        {
          version: 1,
          codec: new SchemaCodec(
            schema,
            boundedValidator((allErrors) => compile(allErrors, schema)),
          ),
        },
      ],
      subject: 'customer',
    });
  } catch (error) {
    return refuse(`not a JSON Schema that can be used: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const isSchema = (schema: unknown): schema is Readonly<Record<string, unknown>> =>
  typeof schema === 'object' && schema !== null && !Array.isArray(schema);
