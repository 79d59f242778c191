import { existsSync } from 'node:fs';
import { line, type Workplace, workplace } from '../testing/rapport';
import { serving } from '../testing/serving';

let place: Workplace;
beforeAll(async () => {
  place = workplace();
});
afterAll(() => place.remove());

const demo = (...args: readonly string[]) => place.rapport('demo', '--no-serve', '--customers', '600', ...args);

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

test('it ends with an engine that serves the store, whose today is the last day of the simulation', async () => {
  const engine = await serving(place, 'demo', '--customers', '600');
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
  const { child, outcome } = place.start(['demo', '--customers', '600', '--data', 'stopped']);
  while (!existsSync(place.path('stopped/demo.json'))) await new Promise(setImmediate);
  child.kill('SIGINT');
  const stopped = await outcome;
  expect(stopped).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('run the same command again'),
  });
  const resumed = await demo('--data', 'stopped');
  expect(resumed.code).toBe(0);
  expect(resumed.stdout.replaceAll(' --data stopped', '')).toContain('600 customers');
});

test('a store in which nothing was recorded is fresh', async () => {
  place.write('none.ndjson', '\n');
  expect((await place.rapport('import', 'none.ndjson', '--as', 'touchpoints', '--data', 'fresh')).code).toBe(0);
  expect((await place.rapport('demo', '--no-serve', '--customers', '20', '--data', 'fresh')).code).toBe(0);
});

test('another demo, or another store, is left alone', async () => {
  const other = await place.rapport('demo', '--customers', '500');
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('holds a demo of 600 customers') });
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
