import { existsSync, readFileSync } from 'node:fs';
import { ndjson, type Workplace, workplace } from '../testing/rapport';

/** A draft ruleset, judged customer by customer and never put in force. */
const VIEW = ['--as-of', '2026-05-31', '--known-at', '2026-05-31'];
const DRAFT = [...VIEW, '--ruleset', 'draft.yaml'];
let place: Workplace;
let inForce: string;

type Row = Readonly<Record<string, unknown>>;

interface Evaluated {
  readonly customer: string;
  readonly stage: string | null;
  readonly since: string;
  readonly factors: Readonly<Record<string, { readonly score: number; readonly confidence: number }>>;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly openPromises: readonly unknown[];
}

const ask = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await place.rapport(...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
};

const byCustomer = (text: string): readonly Row[] =>
  [...ndjson(text)].sort((a, b) => (String(a.customer) < String(b.customer) ? -1 : 1));
const file = (name: string): string => readFileSync(place.path(name), 'utf8');

beforeAll(async () => {
  place = workplace();
  await ask('demo', '--customers', '120', '--until', '2026-06-30', '--no-serve');
  const retail = await ask('ruleset', 'show', 'retail', '--format', 'yaml');
  const draft = retail.replace(/^version: .*$/m, 'version: 2');
  place.write('draft.yaml', draft.replace(/halfLife: \S+/, 'halfLife: P30D'));
  inForce = await ask('ruleset', 'list');
});
afterAll(() => place.remove());

test('a replay writes what the pure function says of every customer, whatever it runs on', async () => {
  await ask('export', '--what', 'touchpoints', '--out', 'all.ndjson');
  const evaluated = await ask('evaluate', '--touchpoints', 'all.ndjson', ...DRAFT, '--json');
  const expected = (ndjson(evaluated) as unknown as readonly Evaluated[])
    .filter(({ stage, customer }) => stage !== null && customer.startsWith('c-'))
    .sort((a, b) => (a.customer < b.customer ? -1 : 1));
  expect(expected.length).toBeGreaterThan(80);
  await ask('replay', ...DRAFT, '--out', 'one.ndjson', '--workers', '1');
  const rows = byCustomer(file('one.ndjson'));
  expect(rows.map(({ customer }) => customer)).toEqual(expected.map(({ customer }) => customer));
  for (const [i, { stage, since, factors, metrics, openPromises }] of expected.entries()) {
    expect(rows[i]).toMatchObject({ stage, since, openPromises: openPromises.length });
    for (const [id, { score, confidence }] of Object.entries(factors))
      expect(rows[i]).toMatchObject({ [`factor_${id}`]: score, [`confidence_${id}`]: confidence });
    for (const [id, value] of Object.entries(metrics)) expect(rows[i][`metric_${id}`]).toBe(value ?? undefined);
  }
  await ask('replay', ...DRAFT, '--out', 'two.ndjson', '--workers', '2');
  expect(byCustomer(file('two.ndjson'))).toEqual(rows);
  expect(byCustomer(await ask('export', ...DRAFT))).toEqual(rows);
});

test('its population is that of the rows, and it is not the one in force', async () => {
  const report = JSON.parse(await ask('replay', ...DRAFT, '--out', 'p.ndjson', '--json'));
  const counts: Record<string, number> = {};
  for (const { stage } of ndjson(file('p.ndjson'))) counts[String(stage)] = (counts[String(stage)] ?? 0) + 1;
  const populated = Object.entries(report.population as Record<string, number>).filter(([, count]) => count > 0);
  expect(Object.fromEntries(populated)).toEqual(counts);
  expect(report).toMatchObject({ ruleset: { version: 2 }, out: 'p.ndjson', knownAt: '2026-05-31T23:59:59.999Z' });
  await ask('replay', ...VIEW, '--out', 'retail.ndjson');
  expect(byCustomer(file('retail.ndjson'))).not.toEqual(byCustomer(file('p.ndjson')));
});

test('what was recorded later than --known-at is left out', async () => {
  await ask('replay', '--as-of', '2026-05-31', '--ruleset', 'draft.yaml', '--out', 'hindsight.ndjson');
  expect(byCustomer(file('hindsight.ndjson'))).not.toEqual(byCustomer(file('one.ndjson')));
  const known = ndjson(await ask('export', '--what', 'touchpoints', ...VIEW));
  const all = ndjson(await ask('export', '--what', 'touchpoints', '--as-of', '2026-05-31'));
  expect(known.length).toBeLessThan(all.length);
  expect(known.every(({ recordedtime }) => String(recordedtime) <= '2026-05-31T23:59:59.999Z')).toBe(true);
});

test('the name of the file says its format', async () => {
  await ask('replay', ...DRAFT, '--out', 'd.csv');
  const [head, ...lines] = file('d.csv').trim().split('\n');
  expect(head).toMatch(/^customer,stage,since,factor_trust/);
  expect(lines).toHaveLength(ndjson(file('one.ndjson')).length);
  await ask('export', ...DRAFT, '--out', 'd.parquet');
  expect(readFileSync(place.path('d.parquet')).subarray(0, 4).toString()).toBe('PAR1');
});

test('stage changes are exported under the draft, too', async () => {
  const changes = ndjson(await ask('export', '--what', 'stage-changes', ...DRAFT));
  expect(changes.length).toBeGreaterThan(80);
  expect(changes.every(({ effectiveAt }) => String(effectiveAt) <= '2026-05-31T23:59:59.999Z')).toBe(true);
});

test('nothing of it is put in force', async () => {
  expect(await ask('ruleset', 'list')).toBe(inForce);
});

test.each([
  [['replay', '--out', 'x.txt'], '.parquet'],
  [['replay', '--ruleset', 'draft.yaml', '--compare', '--out', 'x.csv'], 'without --compare'],
  [['export', '--what', 'touchpoints', '--ruleset', 'draft.yaml'], 'the same under every ruleset'],
  [['export', '--what', 'candidates', '--known-at', '2026-05-31'], '--known-at'],
  [['replay', '--out', 'no/where.csv'], 'no/where.csv'],
])('rapport %j is refused', async (args, words) => {
  const { code, stdout, stderr } = await place.rapport(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
  expect(existsSync(place.path(args.at(-1)!))).toBe(args.at(-1) === 'draft.yaml');
});
