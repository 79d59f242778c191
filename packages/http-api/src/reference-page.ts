/** docs/reference/http-api.md, written from the OpenAPI document and the tables of problems and permissions. */
import { standardCatalogue } from '@rapport/domain';
import { silentTelemetry } from '@rapport/telemetry';
import type { ApiEngine, ApiOptions } from './api-engine';
import { createApi } from './app';
import { PROBLEMS } from './problem';
import { permissionOf } from './security';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly description?: string };
}
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}
interface Document {
  readonly info: { readonly description: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Stands for an engine that receives no requests: only the routes are wanted. */
const noEngine = (): ApiEngine =>
  ({
    catalogue: standardCatalogue,
    telemetry: silentTelemetry(),
    access: {},
    rejections: {},
    feed: {},
    webhooks: {},
    log: {},
    clock: { now: () => 0, until: async () => {} },
  }) as unknown as ApiEngine;

const OPTIONS: ApiOptions = {
  limits: { body: 1_048_576, item: 1_048_576, requestsPerMinute: 0, streamsPerKey: 100 },
  sse: { heartbeatMilliseconds: 15_000, slowReaderBytes: 65_536 },
  authentication: false,
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

const rolesOf = (method: string, path: string): string => {
  const permission = permissionOf(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'));
  if (permission === undefined) return '';
  if (permission.allow === 'public') return 'Needs no key.';
  const roles = [...permission.allow, 'admin'].map((role) => `\`${role}\``).join(', ');
  return `Roles: ${roles}.${permission.personalData === true ? ' Noted in the access log.' : ''}`;
};

/** Refusals that any route may give stand once, below. Answers that are not problem documents belong to the route. */
const EVERYWHERE = new Set(['400', '401', '403', '406', '408', '413', '415', '429', '500', '503', '507']);

const mediaTypes = (content: object | undefined): string =>
  Object.keys(content ?? {})
    .map((type) => `\`${type}\``)
    .join(', ');

const operationSection = (method: string, path: string, operation: Operation): string => {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const answers = Object.entries(responses).filter(
    ([status, { content = {} }]) => !EVERYWHERE.has(status) || 'application/json' in content,
  );
  return [
    `### \`${method.toUpperCase()} ${path}\``,
    ...(summary === undefined ? [] : [`${summary}.`]),
    ...(description === undefined ? [] : [description]),
    rolesOf(method, path),
    ...(parameters.length === 0
      ? []
      : [
          table(
            ['parameter', 'in', '', 'meaning'],
            parameters.map(({ name, in: place, required, description: words, schema }) => [
              `\`${name}\``,
              place,
              required === true ? 'required' : '',
              words ?? schema?.description ?? '',
            ]),
          ),
        ]),
    ...(requestBody === undefined ? [] : [`Body: ${mediaTypes(requestBody.content)}.`]),
    table(
      ['status', 'as', 'meaning'],
      answers.map(([status, answer]) => [status, mediaTypes(answer.content), answer.description]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

const page = ({ info, tags = [], paths }: Document): string => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const names = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))];
  const sections = names.flatMap((name) => [
    `## ${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    tags.find((tag) => tag.name === name)?.description ?? '',
    ...operations
      .filter(({ operation }) => (operation.tags?.[0] ?? 'other') === name)
      .map(({ method, path, operation }) => operationSection(method, path, operation)),
  ]);
  const problems = table(
    ['type', 'status', 'meaning'],
    Object.entries(PROBLEMS).map(([kind, [status, , meaning]]) => [`\`/problems/${kind}\``, String(status), meaning]),
  );
  return `${[
    '# HTTP interface',
    'This page is generated from the OpenAPI document that a running engine gives at `/openapi.json`, with the shapes of everything, and shows at `/docs`.',
    info.description,
    ...sections,
    '## Problems',
    'Refusals follow RFC 9457 (`application/problem+json`): `type`, `title`, `status`, `detail`, `instance` (the id of the request) and, where fields are wrong, `errors` with `field` and `message`. Every `type` there is:',
    problems,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
};

/** The OpenAPI document, without an engine behind it. */
export const openApiDocument = async (): Promise<Document> => {
  const app = await createApi(noEngine(), OPTIONS);
  try {
    return app.swagger() as unknown as Document;
  } finally {
    await app.close();
  }
};

/** The text of docs/reference/http-api.md. */
export const httpApiMarkdown = async (): Promise<string> => page(await openApiDocument());
