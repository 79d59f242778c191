import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

interface History {
  readonly events: readonly Record<string, unknown>[];
  readonly queries: readonly { readonly asOf: string; readonly known?: string }[];
  readonly expected: readonly Record<string, unknown>[];
}
type Vector = History & { readonly ruleset: unknown; readonly histories?: readonly History[] };

const vectors = resolve(__dirname, '../../../../../shared/vectors');
const files = existsSync(vectors) ? readdirSync(vectors).filter((name) => name.endsWith('.json')) : [];
const whereThere = files.length > 0 || process.env.RAPPORT_REQUIRE === 'all' ? describe : describe.skip;

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

const evaluate = (...args: readonly string[]) => place.rapport('evaluate', ...args);

const round = (value: unknown): unknown =>
  typeof value === 'number'
    ? Number(value.toPrecision(9))
    : typeof value === 'string'
      ? value.replace(/\.\d{3}Z$/, 'Z')
      : Array.isArray(value)
        ? value.map(round).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, round(one)]))
          : value;

/** What the expected document says, looked up in the one that came. */
const expectAnswer = (got: Record<string, unknown>, expected: Record<string, unknown>): void => {
  const pick = (from: unknown, like: unknown): unknown => {
    if (Array.isArray(like) && Array.isArray(from)) return from.map((one, i) => pick(one, like[i] ?? like[0]));
    if (typeof like === 'object' && like !== null && typeof from === 'object' && from !== null)
      return Object.fromEntries(
        Object.keys(like).map((key) => [key, pick((from as never)[key], (like as never)[key])]),
      );
    return from;
  };
  expect(round(pick(got, expected))).toEqual(round(expected));
};

whereThere('the worked cases of the model, through the command', () => {
  test.each(['late-and-known.json', 'complaint-case.json', 'signals.json', 'promise-by.json', 'scale.json'])(
    '%s',
    async (file) => {
      const vector = JSON.parse(readFileSync(join(vectors, file), 'utf8')) as Vector;
      place.write('ruleset.json', JSON.stringify(vector.ruleset));
      place.write('history.ndjson', vector.events.map((event) => line({ ...event, customer: 'c' })).join(''));
      const queries = vector.queries.slice(0, 3);
      for (const [i, { asOf, known }] of queries.entries()) {
        const view = ['--as-of', asOf, ...(known === undefined ? [] : ['--known-at', known])];
        const { code, stdout } = await evaluate(
          ...['--ruleset', 'ruleset.json', '--touchpoints', 'history.ndjson', ...view, '--json'],
        );
        expect(code).toBe(0);
        expectAnswer(JSON.parse(stdout), vector.expected[i]);
      }
    },
  );

  test('random histories of many customers in one file', async () => {
    const { ruleset, histories = [] } = JSON.parse(readFileSync(join(vectors, 'random-1.json'), 'utf8')) as Vector;
    place.write('ruleset.json', JSON.stringify(ruleset));
    const asOf = histories[0].queries[0].asOf;
    const same = histories.flatMap((history, i) => {
      const at = history.queries.findIndex((query) => query.known === undefined);
      return at < 0 ? [] : [{ customer: `c-${i}`, history, at }];
    });
    place.write(
      'history.ndjson',
      same.flatMap(({ customer, history }) => history.events.map((event) => line({ ...event, customer }))).join(''),
    );
    const common = ['--ruleset', 'ruleset.json', '--touchpoints', 'history.ndjson', '--json'];
    const { stdout, stderr } = await evaluate(...common, '--as-of', asOf);
    expect(stderr.split('\n').filter((one) => /mail\.clicked/.test(one)).length).toBeLessThanOrEqual(1);
    const answers = new Map(ndjson(stdout).map((one) => [one.customer, one]));
    expect(answers.size).toBe(same.length);
    for (const { customer, history, at } of same)
      if (history.queries[at].asOf === asOf) expectAnswer(answers.get(customer)!, history.expected[at]);
  });
});

test('CloudEvents and the compact form are the same touchpoints', async () => {
  place.write('compact.ndjson', line({ data: { total: 12 } }));
  place.write(
    'cloud.ndjson',
    `${JSON.stringify({ specversion: '1.0', id: '1', source: 'test', type: 'touchpoint.order.completed.v1', subject: 'c-1', time: '2026-01-05T10:00:00Z', recordedtime: '2026-01-05T10:00:00Z', data: { total: 12 } })}\n`,
  );
  const [a, b] = await Promise.all(
    ['compact.ndjson', 'cloud.ndjson'].map((file) =>
      evaluate('--ruleset', 'retail', '--touchpoints', file, '--as-of', '2026-02-01', '--json'),
    ),
  );
  expect(JSON.parse(a.stdout)).toMatchObject({ stage: 'build' });
  expect(a.stdout).toBe(b.stdout);
});

test('types outside the catalogue and incomplete data are taken, with a warning', async () => {
  place.write('odd.ndjson', line({ type: 'parrot.heard' }) + line({ id: '2', type: 'survey.answered' }));
  const { code, stdout, stderr } = await evaluate(
    ...['--ruleset', 'retail', '--touchpoints', 'odd.ndjson', '--as-of', '2026-02-01', '--json'],
  );
  expect(code).toBe(0);
  expect(stderr).toContain('odd.ndjson:1: parrot.heard is not a type of the catalogue');
  expect(JSON.parse(stdout).stage).not.toBeNull();
});

test('malformed envelopes and wrong data are errors with file, line and field', async () => {
  place.write(
    'bad.ndjson',
    [
      line({}),
      line({ id: '2', occurredAt: 'yesterday' }),
      'not json\n',
      line({ id: '3', data: { total: 'much' } }),
    ].join(''),
  );
  const { code, stdout, stderr } = await evaluate(
    ...['--ruleset', 'retail', '--touchpoints', 'bad.ndjson', '--as-of', '2026-02-01', '--json'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/bad\.ndjson:2: occurredAt: expected an RFC 3339 instant/);
  expect(stderr).toMatch(/bad\.ndjson:3: not JSON/);
  expect(stderr).toMatch(/bad\.ndjson:4: data\.total: expected/);
});

test('people get the relationship in words', async () => {
  place.write('one.ndjson', line({}));
  const { stdout } = await evaluate('--ruleset', 'retail', '--touchpoints', 'one.ndjson', '--as-of', '2026-02-01');
  expect(stdout).toMatch(/c-1[\s\S]*Build {2}since 2026-01-05/);
});

test('a touchpoint of a schema version that this Rapport does not know is named', async () => {
  place.write('newer.ndjson', line({ id: 'o-99', version: 99 }));
  const { code, stdout, stderr } = await place.rapport(
    ...['evaluate', '--ruleset', 'retail', '--touchpoints', 'newer.ndjson', '--as-of', '2026-02-01'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/newer\.ndjson:1: touchpoint o-99 of test cannot be folded: .*version 99.*Update Rapport/);
});

test('fields that look misspelt are told on stderr, by evaluate and by import', async () => {
  const touchpoint = (id: string) =>
    line({
      ...{ id, source: 'shop', type: 'order.completed', customer: 'c', occurredAt: '2026-01-01T00:00:00Z' },
      ...{ staff_id: 'ann', data: { Total: 20 } },
    });
  place.write('misspelt.ndjson', touchpoint('1') + touchpoint('2'));
  place.write(
    'plain.yaml',
    'ruleset: plain\nversion: 1\nfactors: { trust: { halfLife: P1D } }\nevidence: [{ id: e, on: order.completed, gives: { trust: 1 } }]\nstages: [{ id: first }]\n',
  );
  const told = await evaluate('--ruleset', 'plain.yaml', '--touchpoints', 'misspelt.ndjson', '--as-of', '2026-01-02');
  expect(told.code).toBe(0);
  expect(told.stderr).toMatch(/misspelt\.ndjson:1: data\.Total .* did you mean "total"\? \(2 touchpoints\)/);
  expect(told.stderr).toMatch(/staff_id is not read; did you mean "staff"\?/);
  const imported = await place.rapport('import', 'misspelt.ndjson', '--as', 'touchpoints');
  expect(imported.code).toBe(0);
  expect(imported.stdout).toMatch(/Fields that look misspelt[\s\S]*2 {2}data\.Total/);
});
