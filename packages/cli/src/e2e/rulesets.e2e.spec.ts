import { rmSync } from 'node:fs';
import { compileRuleset, RETAIL } from '@rapport/domain';
import { Projector } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { lintFile } from '../rulesets';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

const SMALL = `ruleset: small
version: 1
factors: { trust: { halfLife: P90D } }
metrics: { orders: { count: order.completed } }
evidence: [{ id: bought, on: order.completed, gives: { trust: 1 } }]
stages:
  - { id: new }
  - { id: regular, enter: { metric: orders, atLeast: 2 } }
`;

test('a sound ruleset is accepted', async () => {
  place.write('small.yaml', SMALL);
  const { code, stdout, stderr } = await place.rapport('ruleset', 'lint', 'small.yaml');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/accepted: small 1/);
});

test.each<[string, string, RegExp]>([
  ['broken YAML', SMALL.replace('stages:', 'stages: ['), /bad\.yaml:\d+:\d+ /],
  ['an unknown key', `${SMALL}colour: red\n`, /bad\.yaml:\d+:\d+ .*colour/],
  ['an unknown metric', SMALL.replace('metric: orders', 'metric: ordres'), /bad\.yaml:8:\d+ .*orders/],
  ['an unknown factor', SMALL.replace('gives: { trust', 'gives: { turst'), /bad\.yaml:5:\d+ .*trust/],
  ['a bad duration', SMALL.replace('P90D', 'P3M'), /bad\.yaml:3:\d+ .*duration/],
  ['a wrong type of value', SMALL.replace('atLeast: 2', 'atLeast: two'), /bad\.yaml:8:\d+ .*number/],
  ['two stages of one name', SMALL.replace('id: regular', 'id: new'), /bad\.yaml:\d+:\d+ .*new/],
  [
    'a stage that would flap',
    SMALL.replace('atLeast: 2 }', 'atLeast: 2 }, stay: { metric: orders, atLeast: 5 }'),
    /bad\.yaml:8:\d+ .*stay/,
  ],
  ['no stages', SMALL.replace(/stages:[\s\S]*/, 'stages: []\n'), /bad\.yaml:\d+:\d+ /],
  ['an empty file', '', /bad\.yaml/],
])('%s is refused with line and column', async (_, text, message) => {
  place.write('bad.yaml', text);
  const { code, stdout, stderr } = await place.rapport('ruleset', 'lint', 'bad.yaml');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(message);
  expect(stdout).toMatch(/refused: \d+ error/);
});

test('what is doubtful is a warning and passes', async () => {
  place.write('odd.yaml', SMALL.replace('on: order.completed', 'on: order.complete'));
  const { code, stdout } = await place.rapport('ruleset', 'lint', 'odd.yaml');
  expect(code).toBe(0);
  expect(stdout).toMatch(/odd\.yaml:5:\d+ .*order\.completed.*\(warning\)/);
});

test('a refused ruleset is no ruleset for any command', async () => {
  place.write('bad.yaml', SMALL.replace('metric: orders', 'metric: ordres'));
  place.write('x.ndjson', line({}));
  const { code, stdout, stderr } = await place.rapport(
    ...['import', 'x.ndjson', '--as', 'touchpoints', '--ruleset', 'bad.yaml', '--data', 'never'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/bad\.yaml:8:\d+ /);
});

test('lint --json has every problem and nothing else on stdout', async () => {
  place.write('bad.yaml', `${SMALL}colour: red\n`);
  const { code, stdout } = await place.rapport('ruleset', 'lint', 'bad.yaml', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: false, problems: [{ code: 'unknown-key', line: 9 }] });
});

test('a ruleset is shown as itself, in both formats, and in words', async () => {
  expect(JSON.parse((await place.rapport('ruleset', 'show', 'retail', '--format', 'json')).stdout)).toEqual(RETAIL);
  const yaml = (await place.rapport('ruleset', 'show', 'retail', '--format', 'yaml')).stdout;
  place.write('retail.yaml', yaml);
  expect(await place.rapport('ruleset', 'diff', 'retail', 'retail.yaml')).toMatchObject({ code: 0 });
  expect((await place.rapport('ruleset', 'show')).stdout).toMatch(/retail 1[\s\S]*Stages[\s\S]*loyal[\s\S]*Factors/);
});

test('a difference is told by what it is about, with exit 1', async () => {
  place.write('a.yaml', SMALL);
  place.write('b.yaml', SMALL.replace('atLeast: 2', 'atLeast: 3'));
  const { code, stdout } = await place.rapport('ruleset', 'diff', 'a.yaml', 'b.yaml');
  expect(code).toBe(1);
  expect(stdout).toMatch(/stage regular: enter changed from metric\.orders >= 2 to metric\.orders >= 3/);
});

describe('a store with a ruleset of its own', () => {
  beforeAll(async () => {
    place.write('small.yaml', SMALL);
    place.write('stricter.yaml', SMALL.replace('atLeast: 2', 'atLeast: 3'));
    place.write('x.ndjson', [1, 2].map((id) => line({ id: String(id) })).join('') + line({ id: '3', customer: 'c-2' }));
    const { code } = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--ruleset', 'small.yaml');
    expect(code).toBe(0);
  });

  test('keeps it', async () => {
    expect(JSON.parse((await place.rapport('show', 'c-1', '--json')).stdout)).toMatchObject({
      stage: 'regular',
      ruleset: { name: 'small' },
    });
    const again = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--ruleset', 'stricter.yaml');
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/works with ruleset small 1[\s\S]*replay --ruleset stricter\.yaml --compare/);
  });

  test('is compared with another: who would change stage, and why', async () => {
    const args = ['replay', '--ruleset', 'stricter.yaml', '--compare'];
    const told = await place.rapport(...args);
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/1 of 2 customers would change stage/);
    const report = JSON.parse((await place.rapport(...args, '--json')).stdout);
    expect(report).toMatchObject({
      customers: 2,
      changed: 1,
      transitions: [{ from: 'regular', to: 'new', customers: 1 }],
      customersListed: [{ customer: 'c-1', from: 'regular', to: 'new' }],
    });
    expect((await place.rapport('replay', '--ruleset', 'small.yaml', '--compare')).code).toBe(0);
  });

  test('says what is missing for the next stage', async () => {
    expect((await place.rapport('why', 'c-2')).stdout).toMatch(/To reach regular\n +1 more orders/);
  });

  test('exports its own factors', async () => {
    const rows = ndjson((await place.rapport('export')).stdout);
    expect(rows.map(({ customer }) => customer).sort()).toEqual(['c-1', 'c-2']);
    for (const row of rows) expect(row.factor_trust).toBeGreaterThan(50);
  });

  describe('is given another one by a rebuild', () => {
    const population = async () => JSON.parse((await place.rapport('replay', '--json')).stdout).population;
    const changed = async () => ndjson((await place.rapport('timeline', 'c-1', '--json')).stdout);

    test('unless that one is refused', async () => {
      place.write('bad.yaml', SMALL.replace('metric: orders', 'metric: ordres'));
      const { code, stdout, stderr } = await place.rapport('rebuild', '--ruleset', 'bad.yaml');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/bad\.yaml:8:\d+ [\s\S]*refused/);
      expect((await place.rapport('ruleset', 'show', '--json')).stdout).toContain('"small"');
      expect(await population()).toEqual({ new: 1, regular: 1 });
    });

    test('unless an import is at work, which has begun with the one in force', async () => {
      const log = await openEventLog(
        { kind: 'sqlite', path: place.path('rapport-data/events.sqlite') },
        { mode: 'write' },
      );
      try {
        const { code, stderr } = await place.rapport('rebuild', '--ruleset', 'stricter.yaml');
        expect(code).toBe(2);
        expect(stderr).toMatch(/is being written by process/);
        expect(await population()).toEqual({ new: 1, regular: 1 });
      } finally {
        await log.close();
      }
    });

    test('and works with it from then on; decisions stay', async () => {
      // What a projector that announces would have recorded.
      const log = await openEventLog(
        { kind: 'sqlite', path: place.path('rapport-data/events.sqlite') },
        { mode: 'write' },
      );
      const readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors: {} });
      const { ruleset } = lintFile(place.path('small.yaml'));
      await new Projector({ log, readModel, program: compileRuleset(ruleset!) }).catchUp();
      await readModel.close();
      await log.close();
      expect((await place.rapport('rebuild')).code).toBe(0);
      const decisions = (await place.rapport('verify')).stdout;
      expect(decisions).toMatch(/customers, [1-9]\d* decisions?, 0 problems/);
      const before = await changed();

      const rebuilt = await place.rapport('rebuild', '--ruleset', 'stricter.yaml');
      expect({ code: rebuilt.code, stderr: rebuilt.stderr }).toEqual({ code: 0, stderr: '' });
      expect(rebuilt.stdout).toMatch(/Rebuilt from 3 touchpoints[\s\S]*In force now: small 1/);
      expect(JSON.parse((await place.rapport('show', 'c-1', '--json')).stdout)).toMatchObject({ stage: 'new' });
      expect(await population()).toEqual({ new: 2, regular: 0 });
      expect(await place.rapport('ruleset', 'diff', 'stricter.yaml', 'in-force')).toMatchObject({ code: 0 });
      const verified = await place.rapport('verify');
      expect(verified.code).toBe(0);
      expect(verified.stdout.split('\n').slice(1, 3)).toEqual([
        '✓ rulesets: 2 publications, 0 problems',
        decisions.split('\n')[2],
      ]);
      // The move up is not in this history any more, but that it was decided stays.
      expect(before.some(({ superseded }) => superseded === true)).toBe(false);
      expect((await changed()).find(({ superseded }) => superseded === true)).toMatchObject({
        decided: { data: { to: 'regular' } },
      });
    });

    test('which an import keeps, and a rebuild finds again when the read model is lost', async () => {
      place.write('more.ndjson', line({ id: '4', customer: 'c-2' }));
      expect((await place.rapport('import', 'more.ndjson', '--as', 'touchpoints')).code).toBe(0);
      expect(await population()).toEqual({ new: 2, regular: 0 });
      rmSync(place.path('rapport-data/relationships.sqlite'));
      expect(await place.rapport('rebuild')).toMatchObject({ code: 0 });
      expect(await place.rapport('ruleset', 'diff', 'stricter.yaml', 'in-force')).toMatchObject({ code: 0 });
      expect((await place.rapport('verify')).code).toBe(0);
    });

    test('which the log knows when everything beside it is lost', async () => {
      rmSync(place.path('rapport-data/relationships.sqlite'));
      rmSync(place.path('rapport-data/rulesets'), { recursive: true });
      expect((await place.rapport('rebuild')).code).toBe(0);
      expect(await place.rapport('ruleset', 'diff', 'stricter.yaml', 'in-force')).toMatchObject({ code: 0 });
      expect((await place.rapport('rebuild', '--ruleset', 'small.yaml')).code).toBe(0);
      expect(await population()).toEqual({ new: 0, regular: 2 });
    });
  });
});

test('ids may be in any script, from lint to exports', async () => {
  const own = SMALL.replace('ruleset: small', 'ruleset: cửa-hàng')
    .replaceAll('trust', 'довіра')
    .replaceAll('orders', '注文数')
    .replace('id: regular', 'id: 忠実');
  place.write('own.yaml', own);
  const touchpoint = (id: string) =>
    line({ id, source: 'shop', type: 'order.completed', customer: 'c', occurredAt: '2026-01-01T00:00:00Z' });
  place.write('own.ndjson', touchpoint('1') + touchpoint('2'));
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.rapport(...args, '--data', 'own');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('    at ') });
    return stdout;
  };
  await ask('import', 'own.ndjson', '--as', 'touchpoints', '--ruleset', 'own.yaml');
  expect(await ask('show', 'c')).toMatch(/忠実[\s\S]*довіра/);
  expect(await ask('why', 'c', '--stage')).toContain('注文数 2 ≥ 2');
  // A terminal may send letters and marks apart.
  expect(await ask('why', 'c', '--factor', 'довіра'.normalize('NFD'))).toContain('довіра');
  expect(await ask('ruleset', 'list')).toContain('cửa-hàng');
  expect(await ask('export', '--format', 'csv')).toMatch(/довіра[\s\S]*忠実/);
  await ask('export', '--format', 'parquet', '--out', 'own.parquet');
  expect(await ask('verify')).toContain('c');
});
