/** The worked cases of the model, asked over HTTP. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileRuleset, type JsonObject, type Ruleset, rulesetHash } from '@rapport/domain';
import { differences } from '@rapport/domain/testing';
import { recordTouchpoints } from '@rapport/engine';
import { memoryEventLog } from '@rapport/event-log';
import { createApi } from '../app';
import { type TestEngine, testEngine, testOptions } from '../testing/api-engine';

interface Case {
  readonly name: string;
  readonly events: readonly {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly occurredAt: string;
    readonly recordedAt: string;
    readonly data: JsonObject;
  }[];
  readonly queries: readonly { readonly asOf: string; readonly known?: string }[];
  readonly expected: readonly Readonly<Record<string, unknown>>[];
}

const folder = resolve(__dirname, '../../../../../shared/vectors');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
// Where everything the machine offers is required, missing cases fail rather than skip.
const describeVectors = files.length > 0 || process.env.RAPPORT_REQUIRE === 'all' ? describe : describe.skip;

describeVectors('the worked cases of the model, over HTTP', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine({ access: { record: () => undefined } as never });
  });
  afterAll(() => engine.close());

  /** How the explanations of one history differ from what is expected. */
  const faultsOf = async ({ name, events, queries, expected }: Case, ruleset: Ruleset): Promise<readonly string[]> => {
    const log = memoryEventLog();
    const rules = { program: compileRuleset(ruleset), ruleset, hash: rulesetHash(ruleset) };
    const app = await createApi({ ...engine, log, rules: () => rules }, testOptions);
    try {
      const outcomes = await recordTouchpoints(
        log,
        events.map((event) => ({
          ...event,
          customer: 'c',
          version: 1,
          occurredAt: Date.parse(event.occurredAt),
          recordedAt: Date.parse(event.recordedAt),
        })),
      );
      const faults = outcomes.flatMap((outcome) => (outcome.kind === 'conflict' ? [outcome.message] : []));
      for (const [i, { asOf, known }] of queries.entries()) {
        const query = { asOf, ...(known === undefined ? undefined : { knownAt: known }) };
        const answer = await app.inject({ url: '/v1/customers/c/explanation', query });
        faults.push(
          ...(answer.statusCode === 200 ? differences(answer.json(), expected[i], `${name} ${asOf}`) : [answer.body]),
        );
      }
      return faults;
    } finally {
      await app.close();
      await log.close();
    }
  };

  it.each(files.length > 0 ? files : ['no worked cases found'])('%s', async (file) => {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case & {
      ruleset: Ruleset;
      histories?: readonly Case[];
    };
    for (const one of vector.histories ?? [vector]) expect(await faultsOf(one, vector.ruleset)).toEqual([]);
  });
});
