import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { eventually } from '@rapport/runtime/testing';
import { pages } from '../testing/pages';
import { line, type Workplace, workplace } from '../testing/rapport';
import { running, serving } from '../testing/serving';

let place: Workplace;
beforeAll(async () => {
  place = workplace();
});
afterAll(() => place.remove());

const SOME = ['demo', '--customers', '600'] as const;
const FIXED = [...SOME, '--until', '2026-06-30'] as const;
const demo = (...args: readonly string[]) => place.rapport(...FIXED, '--no-serve', ...args);

test('the demo fills a fresh store, tells its story, and tells the same again from the store', async () => {
  const first = await demo();
  expect(first).toMatchObject({ code: 0, stderr: '' });
  for (const part of [
    '600 customers',
    'Where the relationships stand',
    'Who moved',
    'A complaint handled well',
    'Late news',
  ])
    expect(first.stdout).toContain(part);
  expect(first.stdout.split('\n').length).toBeLessThan(75);
  expect((await demo()).stdout).toBe(first.stdout);

  const [, command] = /rapport (show c-\d+) /.exec(first.stdout)!;
  const shown = await place.rapport(...command.split(' '));
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('as of 2026-06-30');
  expect((await place.rapport('verify')).code).toBe(0);
});

test('with --until the clock of the store stands there, also for the engine that serves it', async () => {
  const engine = await serving(place, ...FIXED);
  expect(engine.stdout()).toContain('Where the relationships stand');
  expect(engine.stderr()).toMatch(/today +2026-06-30/);
  const population = await (await engine.get('/v1/population')).json();
  expect(population).toMatchObject({ at: expect.stringMatching(/^2026-06-30/), customers: 600 });
  // Nothing of the simulated past falls due: nothing is announced.
  expect(await (await engine.get('/v1/stage-changes')).json()).toMatchObject({ changes: [] });
  expect((await engine.stop('SIGINT')).code).toBe(0);
});

test('its JSON says the same as its tables', async () => {
  const { population, customers } = JSON.parse((await demo('--json')).stdout);
  expect(customers).toBe(600);
  const counts = Object.values<number>(population.today);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(600);
});

test('a demo that was stopped goes on where it was', async () => {
  const { child, outcome } = place.start([...SOME, '--data', 'stopped']);
  await eventually(() => existsSync(place.path('stopped/demo.json')));
  child.kill('SIGINT');
  const stopped = await outcome;
  expect(stopped).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('run the same command again'),
  });
  const resumed = await place.rapport(...SOME, '--no-serve', '--data', 'stopped');
  expect(resumed.code).toBe(0);
  expect(resumed.stdout.replaceAll(' --data stopped', '')).toContain('600 customers');
});

test('a store in which nothing was recorded is fresh', async () => {
  place.write('none.ndjson', '\n');
  expect((await place.rapport('import', 'none.ndjson', '--as', 'touchpoints', '--data', 'fresh')).code).toBe(0);
  expect((await place.rapport('demo', '--no-serve', '--customers', '20', '--data', 'fresh')).code).toBe(0);
});

test('the same seed and the same end give the same company', async () => {
  const told = async (data: string, seed: string, end: string): Promise<string> => {
    const args = ['--customers', '50', '--seed', seed, '--until', end, '--data', data];
    expect(await place.rapport('demo', '--no-serve', ...args)).toMatchObject({ code: 0, stderr: '' });
    return (await place.rapport('export', '--what', 'touchpoints', '--data', data)).stdout;
  };
  const one = await told('one', '3', '2026-02-01T10:00:00Z');
  expect(await told('two', '3', '2026-02-01T10:00:00Z')).toBe(one);
  expect(await told('three', '4', '2026-02-01T10:00:00Z')).not.toBe(one);
  expect(one.trim().split('\n').length).toBeGreaterThan(500);
});

test('a history that ends tomorrow is refused', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const refused = await place.rapport('demo', '--no-serve', '--until', tomorrow, '--data', 'ahead');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--until') });
  expect(existsSync(place.path('ahead'))).toBe(false);
});

/** What the README gives a newcomer to type once `npm start` serves. */
const curlOfReadme = (): string => {
  const readme = pages().find(({ path }) => path === 'README.md')!;
  const { text } = readme.code.find(({ text }) => text.includes('curl'))!;
  const line = text.indexOf('curl');
  return text.slice(line, text.indexOf('\n\n', line));
};

test('what a newcomer sends first is seen at once: its history ends now, and its clock runs', async () => {
  const before = Date.now();
  const engine = await serving(place, ...SOME, '--data', 'now');
  expect(engine.stderr()).not.toMatch(/today/);
  const watch = running(place, 'watch', '--url', engine.url, '--key', engine.key!);
  await watch.until(() => watch.stderr().includes('from now on'));

  const command = curlOfReadme().replace('http://127.0.0.1:7600', engine.url);
  const environment = { ...process.env, RAPPORT_KEY: engine.key };
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command} --silent`], { env: environment });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'recorded', id: 'o-1' });

  await watch.until(() => /c-17 .* build/.test(watch.stdout()));
  const show = (...view: readonly string[]) => place.rapport('show', 'c-17', '--data', 'now', ...view);
  expect(await show()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^c-17[\s\S]*Build/) });
  await eventually(async () => (await engine.get('/v1/customers/c-17')).ok);
  const population = await (await engine.get('/v1/population')).json();
  const { customers, at } = population as { customers: number; at: string };
  expect(customers).toBe(601);
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before);

  await watch.stop();
  expect((await engine.stop('SIGINT')).code).toBe(0);
  // The same command tells the same story again, of the company as it was when it was made.
  const again = await place.rapport(...SOME, '--no-serve', '--data', 'now');
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(engine.stdout()).toContain(again.stdout.split('\n').slice(2, 20).join('\n'));
});

test('another demo, or another store, is left alone', async () => {
  const other = await place.rapport('demo', '--customers', '500');
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('holds a demo of 600 customers') });
  expect(other.stderr).toContain('--customers 600 --until 2026-06-30T23:59:59.999Z');
  place.write('x.ndjson', line({}));
  expect((await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--data', 'mine')).code).toBe(0);
  expect(await demo('--data', 'mine')).toMatchObject({ code: 2, stderr: expect.stringContaining('is left alone') });
});

test('with other touchpoints in it the store is no longer the demo’s', async () => {
  place.write('x.ndjson', line({}));
  const { code, stderr } = await place.rapport('import', 'x.ndjson', '--as', 'touchpoints');
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('the demo too') });
  expect((await demo()).code).toBe(2);
});
