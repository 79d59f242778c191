/** `/v1/rulesets`: the rules by which customers are classified, as data. */
import type { Principal } from '@rapport/access';
import {
  checkRulesetText,
  formatProblem,
  isKnownType,
  type Ruleset,
  rulesetHash,
  typesMatching,
} from '@rapport/domain';
import { rulesetDocuments, rulesetName } from '@rapport/engine';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { codec, flag, instant, integer, list, object, type Routes, record, text } from '../codec';
import { checkCharset, textOf } from '../json-body';
import { Refusal } from '../problem';
import { endedAsSentence } from '../refusal-of';
import { answers } from './answers';
import { BEFORE, PUBLISHER, SINCE } from './customer-shapes';

const NAMED = {
  name: text('Its name.'),
  version: integer('Its version.'),
  hash: text('SHA-256 of its canonical JSON, hexadecimal: what every decision names.'),
  inForce: flag('Whether it classifies now.'),
} as const;
const PUBLICATION = object(
  { since: SINCE, recordedAt: instant('When the log took it.') },
  {
    before: BEFORE,
    by: PUBLISHER,
    with: text('By which way: `ruleset publish`, `POST /v1/rulesets`, `rebuild`, `import`, `demo` or `serve`.'),
    announced: flag('Whether what differed for each customer was announced.'),
    decidedUpTo: text('Up to which position of the log the rules before it had decided.'),
  },
);
const KNOWN = {
  ...NAMED,
  publications: list(PUBLICATION, 'Each time that it came into force, oldest first.'),
} as const;
const DESCRIPTION = { description: record(text('In words.'), 'By language.') } as const;

const RULESETS = object({
  rulesets: list(object(KNOWN, DESCRIPTION), 'The one that came into force last is the first.'),
});
const RULESET = object(
  { ...KNOWN, ruleset: codec<Ruleset>({ type: 'object', description: 'The document itself.' }) },
  DESCRIPTION,
);
const HASH = object({ hash: text('The hash of a ruleset, or `in-force`.', { pattern: '^([0-9a-f]{64}|in-force)$' }) });
const PUBLISH = object(
  {},
  { announce: flag('Whether what differs for each customer is announced as changes with cause `ruleset`.') },
);
const PUBLISHED = object({
  name: NAMED.name,
  version: NAMED.version,
  hash: NAMED.hash,
  changed: integer('Customers whose stage or signals differ under it.'),
  announced: integer('Changes that were recorded for announcement.'),
  warnings: list(text('Line, column, place and words.'), 'Notes for its author.'),
});

const KNOWN_TYPES = {
  isKnownType: (name: string) => isKnownType(name),
  typesMatching: (pattern: string) => typesMatching(pattern),
};
/** For the OpenAPI document; what is sent is checked as text, by the language of rulesets. */
const DOCUMENT = codec<RulesetBody>({
  type: 'object',
  description: 'A ruleset, in JSON or YAML. The reference of the ruleset language has every key.',
  properties: {
    ruleset: { type: 'string', description: 'Its name.' },
    version: { type: 'integer', description: 'A published ruleset does not change: the next one has another version.' },
    factors: { type: 'object', description: 'The scores of each customer.' },
    stages: { type: 'array', items: { type: 'object' }, description: 'The ladder, lowest first.' },
  },
});
const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'] as const;
const MOST_PROBLEMS = 50;
/** The longest ruleset, in bytes of UTF-8. */
const MAX_RULESET_BYTES = 1_048_576;

/** A body that is checked as the text it is, so that problems name their line. */
interface RulesetBody {
  readonly text: string;
  readonly format: 'json' | 'yaml';
}

type KnownRuleset = ReturnType<typeof rulesetDocuments>[number];

const listed = ({ ruleset, ...rest }: KnownRuleset, inForce: string) => ({
  ...rest,
  inForce: rest.hash === inForce,
  ...(ruleset?.description === undefined ? undefined : { description: ruleset.description }),
});

const reasons = (count: number): string =>
  count === 1 ? 'one reason' : `${count < MOST_PROBLEMS ? count : `${MOST_PROBLEMS} or more`} reasons`;

/** @throws Refusal with the problems of a ruleset that cannot be used */
const checked = ({ text: source, format }: RulesetBody) => {
  const result = checkRulesetText(source, { format }, KNOWN_TYPES);
  if (!isLeft(result)) return result.right;
  const errors = result.left.filter(({ severity }) => severity === 'error');
  throw new Refusal(
    'invalid-request',
    endedAsSentence(
      `The ruleset cannot be used, for ${reasons(errors.length)}. First: ${errors.slice(0, 1).map(formatProblem).join('')}`,
    ),
    {
      errors: errors.slice(0, MOST_PROBLEMS).map((problem) => ({
        field: problem.path,
        message: problem.line === undefined ? problem.message : `line ${problem.line}: ${problem.message}`,
      })),
    },
  );
};

const readRulesets = (app: Routes): void => {
  app.removeAllContentTypeParsers();
  for (const [types, format] of [[['application/json'], 'json'] as const, [[...YAML], 'yaml'] as const])
    app.addContentTypeParser([...types], { parseAs: 'buffer' }, (request, body, done) => {
      try {
        checkCharset(request);
        done(null, { text: textOf(body as Buffer), format } satisfies RulesetBody);
      } catch (error) {
        done(error as Error, undefined);
      }
    });
};

const knownRulesets = async ({ rulesetHistory }: ApiEngine): Promise<readonly KnownRuleset[]> =>
  rulesetDocuments(await rulesetHistory.publications());

const readRoutes = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/rulesets',
    {
      schema: {
        operationId: 'rulesets',
        tags: ['rulesets'],
        summary: 'Rulesets that are or were in force',
        description: 'From the publications in the log: when and by whom each came into force.',
        response: answers(RULESETS, 'All of them.'),
      },
    },
    async () => ({ rulesets: (await knownRulesets(engine)).map((one) => listed(one, engine.rules().hash)) }),
  );
  app.get(
    '/v1/rulesets/:hash',
    {
      schema: {
        operationId: 'ruleset',
        tags: ['rulesets'],
        summary: 'A ruleset',
        params: HASH,
        response: answers(RULESET, 'The ruleset.', { 404: 'There is no ruleset of that hash.' }),
      },
    },
    async ({ params: { hash } }) => {
      const inForce = engine.rules().hash;
      const wanted = hash === 'in-force' ? inForce : hash;
      const found = (await knownRulesets(engine)).find((one) => one.hash === wanted);
      if (found?.ruleset === undefined)
        throw new Refusal('not-found', `There is no ruleset ${hash}. GET /v1/rulesets lists them.`);
      return { ...listed(found, inForce), ruleset: found.ruleset };
    },
  );
};

/** @throws Refusal `conflict` where its name and version are taken by other content */
const refuseTaken = async (engine: ApiEngine, { ruleset: name, version }: Ruleset, hash: string): Promise<void> => {
  const same = (await knownRulesets(engine)).find(
    (one) => one.name === name && one.version === version && one.hash !== hash,
  );
  if (same !== undefined)
    throw new Refusal(
      'conflict',
      `Version ${version} of "${name}" is published already with other content (${same.hash}). What is published does not change: give this one the next version.`,
    );
};

const publishRoute = (app: Routes, engine: ApiEngine): void => {
  app.post(
    '/v1/rulesets',
    {
      bodyLimit: MAX_RULESET_BYTES,
      schema: {
        operationId: 'publishRuleset',
        tags: ['rulesets'],
        summary: 'Puts a ruleset in force',
        description:
          'The document in JSON, or in YAML as `application/yaml`. Every customer is folded again with it. Announces nothing unless `announce` says so, and then only what differs.',
        consumes: ['application/json', ...YAML],
        querystring: PUBLISH,
        body: DOCUMENT,
        response: answers(
          PUBLISHED,
          'It is in force.',
          { 409: 'Another ruleset has this name and version.', 415: 'Neither JSON nor YAML.' },
          201,
        ),
      },
    },
    async (request, reply) => {
      const { body, query, principal } = request;
      if (body.text.trim() === '')
        throw new Refusal('invalid-request', 'The body is empty: send a ruleset in JSON or YAML.');
      const { ruleset, warnings } = checked(body);
      const hash = rulesetHash(ruleset);
      await refuseTaken(engine, ruleset, hash);
      const { kind, id, name: by } = principal as Principal;
      const announce = query.announce === true;
      const { changed, announced } = await engine.publishRuleset(ruleset, { announce, by: { kind, id, name: by } });
      request.done = {
        subject: hash,
        details: { name: ruleset.ruleset, version: ruleset.version, announce, changed },
      };
      return reply
        .code(201)
        .header('location', `/v1/rulesets/${hash}`)
        .send({ ...rulesetName(ruleset, hash), changed, announced, warnings: warnings.map(formatProblem) });
    },
  );
};

export const registerRulesets = async (app: Routes, engine: ApiEngine): Promise<void> => {
  readRoutes(app, engine);
  await app.register(async (scope) => {
    readRulesets(scope);
    publishRoute(scope, engine);
  });
};
