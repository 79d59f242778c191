import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ruleset } from '../ruleset/ruleset';
import { differences } from '../testing/differences';
import type { Touchpoint } from '../touchpoint/touchpoint';
import { evaluate, toDocument } from './evaluate';
import { compileRuleset } from './program';
import { bruteForce } from './testing/brute-force';

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

/** Cases of our own, each a few hundred milliseconds long so that a walk through all of them can be made. */
const OWN = join(__dirname, 'testing/vectors');
/** Cases computed by another implementation. */
const SHARED = resolve(__dirname, '../../../../../shared/vectors');

const filesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

type Vector = Case & { readonly ruleset: Ruleset; readonly histories?: readonly Case[] };

const touchpointsOf = ({ events }: Case): readonly Touchpoint[] =>
  events.map((event) => ({
    ...event,
    customer: 'c',
    occurredAt: Date.parse(event.occurredAt),
    recordedAt: Date.parse(event.recordedAt),
  }));

const expectAnswers = ({ ruleset, histories, ...whole }: Vector): void => {
  const program = compileRuleset(ruleset);
  for (const one of histories ?? [whole as Case])
    one.queries.forEach(({ asOf, known }, i) => {
      const view = { asOf: Date.parse(asOf), knownAt: known === undefined ? undefined : Date.parse(known) };
      const document = JSON.parse(JSON.stringify(toDocument(evaluate(program, touchpointsOf(one), view))));
      expect(differences(document, one.expected[i], `${one.name} ${asOf}`)).toEqual([]);
    });
};

const read = (folder: string, file: string): Vector => JSON.parse(readFileSync(join(folder, file), 'utf8'));

describe('the worked cases of where the model decides what is easily taken otherwise', () => {
  it.each(filesIn(OWN))('%s', (file) => {
    expectAnswers(read(OWN, file));
  });

  // A walk adds what halves as doubles, which is what this case is about.
  it.each(filesIn(OWN).filter((file) => file !== 'decayed-sums.json'))('%s, millisecond by millisecond', (file) => {
    const vector = read(OWN, file);
    vector.queries.forEach(({ asOf, known }, i) => {
      const seen = touchpointsOf(vector).filter(
        ({ recordedAt }) => known === undefined || recordedAt <= Date.parse(known),
      );
      const { document } = bruteForce(vector.ruleset, seen, Date.parse(asOf));
      expect(differences(JSON.parse(JSON.stringify(document)), vector.expected[i], asOf)).toEqual([]);
    });
  });
});

const files = filesIn(SHARED);
// Where everything the machine offers is required, missing cases fail rather than skip.
const describeVectors = files.length > 0 || process.env.RAPPORT_REQUIRE === 'all' ? describe : describe.skip;

describeVectors('the worked cases of the model', () => {
  it.each(files.length > 0 ? files : ['no worked cases found'])('%s', (file) => {
    expectAnswers(read(SHARED, file));
  });
});
