/** The whole interface over a real engine, for tests of routes: every answer is held against its OpenAPI document. */

import { join } from 'node:path';
import { openAccess } from '@rapport/access';
import { type DecodedTouchpoint, decodeTouchpoint, standardCatalogue } from '@rapport/domain';
import { openWebhooks, type WebhookOptions } from '@rapport/messaging';
import { eventually } from '@rapport/runtime/testing';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { createApi } from '../app';
import { type TestEngine, type TestEngineOptions, testEngine, testOptions } from './api-engine';

/** A document that tests look into: it is checked by its schema, not by the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: the same
export type AnyJson = any;

export interface Asked {
  readonly status: number;
  readonly body: AnyJson;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface AskedApi {
  readonly app: FastifyInstance;
  readonly engine: TestEngine & ApiEngine;
  /** @throws for an answer that is not as the OpenAPI document says */
  ask(request: string | InjectOptions): Promise<Asked>;
  /** Records touchpoints and waits until they, and what is due by time, are in the read model. */
  record(...touchpoints: readonly TouchpointInput[]): Promise<void>;
  close(): Promise<void>;
}

/** As the compact form of touchpoints; the source is `crm` where none is given, and each gets an id of its own. */
export interface TouchpointInput {
  readonly id?: string;
  readonly source?: string;
  readonly customer: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly recordedAt?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const NO_PRIVATE_TARGETS: Partial<WebhookOptions> = { allowHttp: true, allowPrivateTargets: true };

type Schemas = Readonly<Record<string, { readonly schema?: object }>>;
interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Record<string, { readonly content?: Schemas }> }>>>
  >;
  readonly components?: object;
}

/** Checks of answers by the document that clients are given. */
const answerChecks = (app: FastifyInstance) => {
  const document = app.swagger() as unknown as OpenApi;
  // Optimizing would take longer than the checks of one test file.
  const ajv = new Ajv({ strict: false, allErrors: true, code: { optimize: false } });
  addFormats(ajv);
  ajv.addSchema({ $id: 'api', ...document });
  const compiled = new Map<string, ValidateFunction>();
  const templates = Object.keys(document.paths).map((path) => ({
    path,
    // Fixed parts win over parameters.
    fixed: !path.includes('{'),
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  const pointer = (...parts: readonly string[]): string =>
    parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

  return (method: string, url: string, status: number, contentType: string, body: unknown): void => {
    const [path] = url.split('?');
    const found = templates.filter(({ pattern }) => pattern.test(path)).sort((a, b) => +b.fixed - +a.fixed)[0];
    if (found === undefined) throw new Error(`The document has no ${path}.`);
    const place = ['paths', found.path, method.toLowerCase(), 'responses', String(status)] as const;
    const response = document.paths[place[1]]?.[place[2]]?.responses[place[4]];
    if (response === undefined) throw new Error(`The document has no answer ${status} of ${method} ${found.path}.`);
    if (body === undefined) return;
    const [media] = contentType.split(';');
    if (response.content?.[media]?.schema === undefined)
      throw new Error(`The document has no ${media} in the answer ${status} of ${method} ${found.path}.`);
    const key = pointer(...place, 'content', media, 'schema');
    const check = compiled.get(key) ?? ajv.compile({ $ref: `api#${key}` });
    compiled.set(key, check);
    if (!check(body))
      throw new Error(
        `${status} of ${method} ${found.path} is not as the document says: ${ajv.errorsText(check.errors)}\n${JSON.stringify(body).slice(0, 2_000)}`,
      );
  };
};

let made = 0;
/** Tests have clocks of their own. */
const LATEST = Date.parse('2100-01-01T00:00:00Z');

export const decodedTouchpoint = ({ id, source = 'crm', data = {}, ...rest }: TouchpointInput): DecodedTouchpoint => {
  made++;
  const decoded = decodeTouchpoint(
    { id: id ?? `t-${made}`, source, data, ...rest },
    { catalogue: standardCatalogue, now: LATEST },
  );
  if (isLeft(decoded)) throw new Error(JSON.stringify(decoded.left));
  return decoded.right;
};

export const askedApi = async (parts: TestEngineOptions = {}, options: Partial<ApiOptions> = {}): Promise<AskedApi> => {
  const base = await testEngine(parts);
  const { clock, directory } = base;
  const access = await openAccess({ path: join(directory, 'access.sqlite'), clock });
  const webhooks = await openWebhooks({
    path: join(directory, 'subscriptions.sqlite'),
    feed: base.feed,
    clock,
    options: NO_PRIVATE_TARGETS,
  });
  const engine = { ...base, access, webhooks, ...parts };
  const app = await createApi(engine, { ...testOptions, ...options });
  const check = answerChecks(app);
  return {
    app,
    engine,
    ask: async (request) => {
      const { method = 'GET', url = '', ...rest } = typeof request === 'string' ? { url: request } : request;
      const answer = await app.inject({ method, url, ...rest } as InjectOptions);
      const body = answer.body === '' ? undefined : answer.json();
      check(method, String(url), answer.statusCode, String(answer.headers['content-type'] ?? ''), body);
      return { status: answer.statusCode, body, headers: answer.headers };
    },
    record: async (...touchpoints) => {
      const outcomes = await engine.record(touchpoints.map(decodedTouchpoint));
      const conflict = outcomes.find(({ kind }) => kind === 'conflict');
      if (conflict !== undefined) throw new Error(JSON.stringify(conflict));
      await base.caughtUp();
      await eventually(async () => (await engine.readModel().due(clock.now(), 1)).length === 0);
    },
    close: async () => {
      await app.close();
      await webhooks.stop();
      await access.close();
      await base.close();
    },
  };
};
