import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ruleset } from '../ruleset/ruleset';
import { differences } from '../testing/differences';
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
