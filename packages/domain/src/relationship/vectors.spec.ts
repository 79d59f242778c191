import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ruleset } from '../ruleset/ruleset';
import type { Touchpoint } from '../touchpoint/touchpoint';
import { evaluate, toDocument } from './evaluate';
import { compileRuleset } from './program';

interface Case {
  readonly name: string;
  readonly events: readonly {
    id: string;
    source: string;
    type: string;
    occurredAt: string;
    recordedAt: string;
    data: Touchpoint['data'];
  }[];
  readonly queries: readonly { asOf: string; known?: string }[];
  readonly expected: readonly Record<string, unknown>[];
}

const folder = resolve(__dirname, '../../../../../shared/vectors');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const UNORDERED = new Set(['openPromises', 'settledPromises', 'rows']);

/** Says where two documents differ beyond the tolerances of the model; expected keys only. */
const differences = (got: unknown, expected: unknown, path: string): readonly string[] => {
  if (typeof expected === 'number' && typeof got === 'number')
    return Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [`${path}: ${got} != ${expected}`];
  if (typeof expected === 'string' && typeof got === 'string' && INSTANT.test(expected))
    return Math.abs(Date.parse(got) - Date.parse(expected)) <= 2 ? [] : [`${path}: ${got} != ${expected}`];
  if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length) return [`${path}: ${got.length} elements, expected ${expected.length}`];
    const key = path.slice(path.lastIndexOf('.') + 1);
    if (!UNORDERED.has(key)) return expected.flatMap((one, i) => differences(got[i], one, `${path}[${i}]`));
    const left = [...got];
    return expected.flatMap((one, i) => {
      const match = left.findIndex((other) => differences(other, one, '').length === 0);
      if (match < 0) return [`${path}[${i}]: ${JSON.stringify(one)} is missing`];
      left.splice(match, 1);
      return [];
    });
  }
  if (typeof expected === 'object' && expected !== null && typeof got === 'object' && got !== null)
    return Object.entries(expected).flatMap(([key, value]) =>
      differences((got as Record<string, unknown>)[key], value, `${path}.${key}`),
    );
  return got === expected ? [] : [`${path}: ${JSON.stringify(got)} != ${JSON.stringify(expected)}`];
};

// Where everything the machine offers is required, missing cases fail rather than skip.
const describeVectors = files.length > 0 || process.env.RAPPORT_REQUIRE === 'all' ? describe : describe.skip;

describeVectors('the worked cases of the model', () => {
  it.each(files.length > 0 ? files : ['no worked cases found'])('%s', (file) => {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case & {
      ruleset: Ruleset;
      histories?: readonly Case[];
    };
    const program = compileRuleset(vector.ruleset);
    for (const { name, events, queries, expected } of vector.histories ?? [vector]) {
      const touchpoints = events.map(
        (event): Touchpoint => ({
          ...event,
          customer: 'c',
          occurredAt: Date.parse(event.occurredAt),
          recordedAt: Date.parse(event.recordedAt),
        }),
      );
      queries.forEach(({ asOf, known }, i) => {
        const view = { asOf: Date.parse(asOf), knownAt: known === undefined ? undefined : Date.parse(known) };
        const document = JSON.parse(JSON.stringify(toDocument(evaluate(program, touchpoints, view))));
        expect(differences(document, expected[i], `${name} ${asOf}`)).toEqual([]);
      });
    }
  });
});
