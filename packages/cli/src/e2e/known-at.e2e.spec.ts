import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { rulesetHash } from '@rapport/domain';
import { lintFile } from '../rulesets';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

const RULES = (version: number, stages: string): string => `ruleset: small
version: ${version}
factors: { trust: { halfLife: P90D } }
metrics: { orders: { count: order.completed } }
evidence: [{ id: bought, on: order.completed, gives: { trust: 1 } }]
stages:
  - { id: new }
${stages}`;
const ONE = RULES(1, '  - { id: loyal, enter: { metric: orders, atLeast: 2 } }\n');
const TWO = RULES(2, '  - { id: buyer, enter: { metric: orders, atLeast: 1 } }\n');

let place: Workplace;
/** An instant at which the first ruleset was in force, and everything recorded. */
let then: string;
let known: readonly string[];
const hashOf = (file: string): string => rulesetHash(lintFile(place.path(file)).ruleset!);
const { username } = userInfo();

beforeAll(async () => {
  place = workplace();
  place.write('one.yaml', ONE);
  place.write('two.yaml', TWO);
  place.write('x.ndjson', [1, 2].map((id) => line({ id: String(id), recordedAt: undefined })).join(''));
  const args = ['import', 'x.ndjson', '--as', 'touchpoints', '--ruleset', 'one.yaml', '--announce'];
  expect(await place.rapport(...args)).toMatchObject({ code: 0 });
  then = new Date().toISOString();
  known = ['--as-of', then, '--known-at', then];
  const published = await place.rapport('ruleset', 'publish', 'two.yaml', '--announce');
  expect(published).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/In force now: small 2[\s\S]*1 change ann/),
  });
});
afterAll(() => place.remove());

const json = async (...args: readonly string[]) => JSON.parse((await place.rapport(...args, '--json')).stdout);

test('what was believed is not rewritten by a new ruleset', async () => {
  const first = { name: 'small', version: 1, hash: hashOf('one.yaml'), chosen: 'known-at' };
  const by = { kind: 'user', name: username };
  expect(await json('show', 'c-1', ...known)).toMatchObject({ stage: 'loyal', ruleset: { ...first, by } });
  expect(await json('why', 'c-1', ...known)).toMatchObject({ stage: 'loyal', ruleset: first });
  const told = (await place.rapport('show', 'c-1', ...known)).stdout;
  expect(told).toMatch(/loyal {2}since/);
  expect(told).toMatch(/ruleset small 1 \([0-9a-f]{12}\), in force then \(since .*\), put in force by /);
  expect((await place.rapport('why', 'c-1', '--stage', ...known)).stdout).toMatch(/▲ loyal[\s\S]*ruleset small 1 /);
  const timeline = (await place.rapport('timeline', 'c-1', ...known)).stdout;
  expect(timeline).toMatch(/◆ {2}loyal[\s\S]*ruleset small 1 /);
  expect(timeline).not.toContain('buyer');
  expect((await json('replay', ...known)).population).toEqual({ new: 0, loyal: 1 });
  expect(ndjson((await place.rapport('export', ...known)).stdout)).toMatchObject([{ stage: 'loyal' }]);
});

test('asked without, the rules in force answer, and say since when and by whom', async () => {
  expect(await json('show', 'c-1')).toMatchObject({ stage: 'buyer', ruleset: { version: 2, chosen: 'in-force' } });
  expect((await place.rapport('show', 'c-1')).stdout).toContain(`put in force by ${username}`);
  expect((await place.rapport('timeline', 'c-1')).stdout).toMatch(/decided then[\s\S]*ruleset small 2 /);
});

test('another ruleset can be named, and the answer says so', async () => {
  const args = ['show', 'c-1', ...known, '--ruleset', 'two.yaml'];
  expect(await json(...args)).toMatchObject({ stage: 'buyer', ruleset: { version: 2, chosen: 'given' } });
  expect((await place.rapport(...args)).stdout).toContain('named with --ruleset');
});

test('before everything that is known of rules the first ones answer, and it says so', async () => {
  place.write(
    'old.ndjson',
    line({ id: 'o', customer: 'old', occurredAt: '2026-01-05T23:59:00Z', recordedAt: '2026-01-06T00:00:00Z' }),
  );
  expect((await place.rapport('import', 'old.ndjson', '--as', 'touchpoints')).code).toBe(0);
  const args = ['show', 'old', '--as-of', '2026-01-07', '--known-at', '2026-01-07'];
  expect(await json(...args)).toMatchObject({ ruleset: { version: 1, chosen: 'earliest' } });
  expect((await place.rapport(...args)).stdout).toMatch(/the first that is known, as nothing says.*\(in force since /);
});

test('what was not recorded by then is told apart from what had not happened', async () => {
  const early = ['--as-of', '2026-02-01', '--known-at', '2026-02-01'];
  const told = (await place.rapport('show', 'c-1', ...early)).stdout;
  expect(told).toMatch(/Nothing was recorded by then; first recorded \d{4}-\d\d-\d\d \d\d:\d\d\./);
  expect((await place.rapport('why', 'c-1', ...early)).stdout).toMatch(/Nothing was recorded by then/);
  expect(await json('show', 'c-1', ...early)).toMatchObject({ stage: null, nothing: { reason: 'not-recorded' } });
  expect((await place.rapport('show', 'c-1', '--as-of', '2001-01-01')).stdout).toMatch(
    /Nothing had happened yet\. The first touchpoint is of 2026-/,
  );
});

test('history that was imported without its own instants of recording says that everything is late', async () => {
  expect((await place.rapport('timeline', 'c-1')).stdout).toMatch(/Everything is late[\s\S]*recorded_at/);
  expect((await place.rapport('timeline', 'old')).stdout).not.toMatch(/Everything is late/);
});

test('rulesets are listed with when, by whom and how they came into force', async () => {
  const { stdout } = await place.rapport('ruleset', 'list');
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/small +1 .*import +silently/);
  expect(lines[2]).toMatch(/small +2 .*ruleset publish +announced +in force/);
  expect(ndjson((await place.rapport('ruleset', 'list', '--json')).stdout)).toMatchObject([
    { version: 2, inForce: true, publications: [{ with: 'ruleset publish', announced: true }] },
    { version: 1, inForce: false, publications: [{ by: { kind: 'user', name: username } }] },
  ]);
});

test('verify names a damaged ruleset and checks the rest; what follows from the log is made again', async () => {
  const file = place.path(`rapport-data/rulesets/${hashOf('one.yaml')}.json`);
  const sound = readFileSync(file, 'utf8');
  writeFileSync(file, '{"ruleset":');
  const { code, stdout, stderr } = await place.rapport('verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(/✓ the log: .*\n✗ rulesets: 2 publications, 1 problem\n.*cannot be read.*\n✓ what follows/);
  expect(stdout).toMatch(/, [1-9]\d* decisions?, 0 problems/);
  expect(stderr).toMatch(/next command that writes makes its files again/);
  expect((await place.rapport('show', 'c-1', ...known)).code).toBe(0);

  const rebuilt = await place.rapport('rebuild');
  expect(rebuilt).toMatchObject({ code: 0, stderr: expect.stringMatching(/It is made again from the log/) });
  expect(readFileSync(file, 'utf8')).toBe(sound);
  rmSync(place.path('rapport-data/rulesets'), { recursive: true });
  expect((await place.rapport('show', 'c-1')).code).toBe(0);
  expect((await place.rapport('rebuild')).code).toBe(0);
  expect(await place.rapport('verify')).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ rulesets: 2 pub/) });
});
