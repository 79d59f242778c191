import { boundedValidator } from '@rapport/domain';
import { Ajv, type ErrorObject, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';

const ajvWith = (options: Options): Ajv => {
  const ajv = new Ajv({ strictTypes: false, strictRequired: false, logger: false, ...options });
  addFormats(ajv);
  // The keywords that OpenAPI adds to JSON Schema have no bearing on validity.
  ajv.addVocabulary(['example', 'xml', 'externalDocs', 'discriminator']);
  return ajv;
};

/** Query, path and headers are text, bounded by the limit of headers: values are turned into numbers and booleans. */
const textErrors = (): ((schema: object) => (input: unknown) => readonly ErrorObject[]) => {
  const ajv = ajvWith({ allErrors: true, coerceTypes: 'array', useDefaults: true });
  return (schema) => {
    const validate = ajv.compile(schema);
    return (input) => (validate(input) ? [] : (validate.errors ?? []));
  };
};

/** Bodies say themselves what they are, and may hold as many mistakes as values. */
const bodyErrors = (): ((schema: object) => (input: unknown) => readonly ErrorObject[]) => {
  const [first, all] = [ajvWith({}), ajvWith({ allErrors: true })];
  return (schema) => boundedValidator((allErrors) => (allErrors ? all : first).compile(schema));
};

/** `1e400` is turned into a number that has no end, and passes every bound. */
const endlessIn = (input: unknown): object | undefined => {
  const found = Object.entries(input ?? {}).find(
    ([, value]) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
  );
  return found && { instancePath: `/${found[0]}`, keyword: 'type', params: {}, message: 'must be a number' };
};

const NO_PARAMETERS = { type: 'object', properties: {}, additionalProperties: false };

/**
 * The JSON Schemas of routes validate, and the same schemas are in the OpenAPI document. Answers are not rewritten by
 * their schemas: tests hold one against the other. Unknown query parameters are refused everywhere.
 */
export const useSchemas = (app: FastifyInstance): void => {
  const [ofText, ofBody] = [textErrors(), bodyErrors()];
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const errorsOf = (httpPart === 'body' ? ofBody : ofText)(schema as object);
    return (input) => {
      const errors = errorsOf(input);
      if (errors.length > 0) return { error: errors as never };
      const endless = endlessIn(input);
      return endless === undefined ? { value: input } : { error: [endless] as never };
    };
  });
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) return;
    const schema = { ...route.schema };
    schema.querystring =
      schema.querystring === undefined
        ? NO_PARAMETERS
        : { additionalProperties: false, ...(schema.querystring as object) };
    route.schema = schema;
  });
};
