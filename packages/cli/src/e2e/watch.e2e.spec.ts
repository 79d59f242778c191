import { ndjson, type Workplace, workplace } from '../testing/rapport';
import { type Process, running, type Serving, send, serving, touchpoint } from '../testing/serving';

let place: Workplace;
let engine: Serving;
let key: string;

beforeAll(async () => {
  place = workplace();
  engine = await serving(place, 'serve', '--log-level', 'error');
  key = engine.key!;
});
afterAll(async () => {
  await engine?.stop();
  place.remove();
});

let orders = 0;

/** An order of a customer who is new: her first stage. */
const order = async (customer: string): Promise<void> => {
  const answer = await send(engine.url, key, touchpoint(`o-${++orders}`, customer, new Date().toISOString()));
  expect(answer.status).toBe(200);
};

const cursorIn = (stderr: string): string => /rapport watch.* --after (\w+)/.exec(stderr)?.[1] ?? 'none';

/** Whatever a test leaves running when it fails. */
const watchers: Process[] = [];

const watch = (...args: readonly string[]): Process => {
  const watching = running(place, 'watch', ...args);
  watchers.push(watching);
  return watching;
};

afterEach(async () => {
  for (const watching of watchers.splice(0)) await watching.stop('SIGKILL');
});

test.each([
  ['of the store at hand', 'a', () => []],
  ['of an engine elsewhere', 'b', () => ['--url', engine.url, '--key', key]],
])('watch %s tells what happens from now on, with the reason, and how to go on', async (_, who, from) => {
  await order('before');
  const watching = watch(...from());
  await watching.until(() => watching.stderr().includes('from now on'));
  await order(`${who}-17`);
  await watching.until(() => watching.stdout().includes('\n'));
  expect(watching.stdout()).toMatch(
    new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  ${who}-17 {10}▲ \\w+  .* ≥ .* \\(shop o-\\d+\\)\n$`),
  );
  const { code, stderr } = await watching.stop();
  expect(code).toBe(0);
  await order(`${who}-18`);
  const next = watch('--json', '--after', cursorIn(stderr), ...from());
  await next.until(() => next.stdout().includes('\n'));
  const [{ cursor, ...event }] = ndjson((await next.stop()).stdout);
  expect(event).toMatchObject({ specversion: '1.0', type: 'relationship.stageChanged.v1', subject: `${who}-18` });
  expect(cursor).toMatch(/^[0-9a-f]{14}$/);
});

test('watch tells only what was asked for', async () => {
  const first = watch('--after', 'start', '--json');
  await first.until(() => first.stdout().includes('\n'));
  const [{ data }] = ndjson((await first.stop()).stdout) as unknown as [{ data: { to: string } }];
  const filtered = watch('--after', 'start', '--stage', data.to, '--direction', 'up', '--json');
  const none = watch('--after', 'start', '--direction', 'down', '--cause', 'time', '--cause', 'late');
  await filtered.until(() => filtered.stdout().includes('\n'));
  expect((await none.stop()).stdout).toBe('');
  for (const one of ndjson((await filtered.stop()).stdout)) expect(one.data).toMatchObject({ to: data.to });
});

test('watch outlives the engine it follows', async () => {
  const watching = watch('--url', engine.url, '--key', key);
  await watching.until(() => watching.stderr().includes('from now on'));
  await engine?.stop();
  await watching.until(() => watching.stderr().includes('the server disconnected: stopping. Trying again'));
  engine = await serving(place, 'serve', '--port', new URL(engine.url).port, '--log-level', 'error');
  await order('c-19');
  await watching.until(() => watching.stdout().includes('c-19'));
  expect((await watching.stop()).stdout.trim().split('\n')).toHaveLength(1);
});

test.each([
  [['--after', 'zzz'], 'not a cursor'],
  [['--after', 'fffffffffffff0'], 'lies beyond the end of the log'],
  [['--stage', 'nirvana'], 'the ruleset in force has no such stage; it has attract, '],
  [['--signal', 'doom'], 'the ruleset in force has no such signal'],
  [['--direction', 'sideways'], 'Allowed choices are up, down.'],
  [['--cause', 'whim'], 'Allowed choices are touchpoint, time, late, merge, ruleset.'],
  [['--url', 'nowhere'], 'Invalid URL'],
])('watch %j is refused in words', async (args, words) => {
  const { code, stderr } = await place.rapport('watch', ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test('watch says what is wrong with a key', async () => {
  const { code, stderr } = await place.rapport('watch', '--url', engine.url, '--key', 'rapport_00_no');
  expect(code).toBe(2);
  expect(stderr).toContain('was refused with 401');
  expect(stderr).toContain('Check the key.');
});
