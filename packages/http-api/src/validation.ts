import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';

const common: Options = { allErrors: true, strictTypes: false, strictRequired: false, logger: false };

/** What comes as text (query, path, headers) is turned into numbers and booleans; bodies say themselves what they are. */
const validators = () => {
  const [text, body] = [new Ajv({ ...common, coerceTypes: 'array', useDefaults: true }), new Ajv(common)];
  for (const ajv of [text, body]) {
    addFormats(ajv);
    // What OpenAPI adds to JSON Schema says nothing about validity.
    ajv.addVocabulary(['example', 'xml', 'externalDocs', 'discriminator']);
  }
  return { text, body };
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
  const { text, body } = validators();
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? body : text).compile(schema as object);
    return (input) => {
      if (!validate(input)) return { error: validate.errors as never };
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
