import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { RETAIL, rulesetHash } from '@rapport/domain';
import { eventually } from '@rapport/runtime/testing';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';
import { send, serving, touchpoint } from '../testing/serving';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

const jsonOf = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T;

const errorsIn = (stdout: string) =>
  stdout
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text))
    .filter(({ level }) => level === 'error' || level === 'fatal');

test('it serves: a first key for its owner alone, a touchpoint in, the customer out, and an end in order on SIGTERM', async () => {
  const engine = await serving(place, 'serve');
  expect(engine.key).toMatch(/^rapport_/);
  expect((await engine.get('/health/ready')).status).toBe(200);
  expect((await engine.get('/v1/population', 'nonsense')).status).toBe(401);

  expect((await send(engine.url, engine.key, touchpoint('1', 'c-1'))).status).toBe(200);
  await eventually(
    async () => (await jsonOf<{ customers: unknown[] }>(engine.get('/v1/customers?q=c-1'))).customers.length === 1,
  );
  expect(await jsonOf(engine.get('/v1/customers/c-1'))).toMatchObject({ customer: 'c-1', stage: 'establish' });

  const asked = Date.now();
  const { code, stdout } = await engine.stop();
  expect(code).toBe(0);
  expect(Date.now() - asked).toBeLessThan(8_000);
  expect(errorsIn(stdout)).toEqual([]);
  for (const said of [stdout, engine.stderr()]) expect(said).not.toContain(engine.key);
  expect(statSync(place.path('rapport-data/first-key')).mode & 0o777).toBe(0o600);
  expect(statSync(place.path('rapport-data')).mode & 0o777).toBe(0o700);
  for (const secret of ['access.sqlite', 'subscriptions.sqlite'])
    expect(statSync(place.path(`rapport-data/${secret}`)).mode & 0o077).toBe(0);
});

test('a stream of stage changes is ended with a word when the engine stops, and does not hold it up', async () => {
  const engine = await serving(place, 'serve');
  const stream = await engine.get('/v1/stage-changes/stream');
  const text = stream.text();
  expect((await engine.stop()).code).toBe(0);
  expect(await text).toMatch(/event: disconnected/);
});

test('what was acknowledged survives SIGKILL, and is announced by the next start', async () => {
  const engine = await serving(place, 'serve');
  const { key } = engine;
  const many = Array.from({ length: 300 }, (_, i) => touchpoint(String(i), `c-${i}`));
  expect((await send(engine.url, key, ...many)).status).toBe(200);
  await engine.stop('SIGKILL');

  const again = await serving(place, 'serve');
  expect(again.key).toBeUndefined();
  const arrived = async () =>
    (
      await jsonOf<{ changes: readonly { readonly id: string; readonly subject: string }[] }>(
        again.get('/v1/stage-changes?limit=1000', key),
      )
    ).changes;
  await eventually(async () => new Set((await arrived()).map(({ subject }) => subject)).size === 300);
  const ids = (await arrived()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect((await again.stop()).code).toBe(0);
  expect((await place.rapport('verify')).code).toBe(0);
});

test('while it serves, no other command writes, and others say who holds the store', async () => {
  const engine = await serving(place, 'serve');
  await send(engine.url, engine.key, touchpoint('1', 'c-1'));
  place.write('x.ndjson', line({}));
  for (const args of [
    ['serve', '--port', '0'],
    ['import', 'x.ndjson', '--as', 'touchpoints'],
    ['rebuild'],
    ['ruleset', 'publish', 'retail'],
  ]) {
    const { code, stderr } = await place.rapport(...args);
    // Whatever starts an engine again may do so: the other may be gone then.
    expect([args[0], code]).toEqual([args[0], args[0] === 'serve' ? 75 : 2]);
    expect(stderr).toMatch(`is being written by process ${engine.pid}`);
    expect(stderr).toContain('ask it over HTTP');
  }
  expect((await place.rapport('show', 'c-1')).code).toBe(0);
  expect((await engine.stop()).code).toBe(0);
});

/** No file may grow beyond so many bytes, as on a full disk; needs Linux. */
const limitFiles = (pid: number, bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);

test('on a full disk it refuses touchpoints, answers questions, and goes on by itself once there is room', async () => {
  const engine = await serving(place, 'serve');
  expect((await send(engine.url, engine.key, touchpoint('1', 'c-1'))).status).toBe(200);
  limitFiles(engine.pid, '1000');
  expect((await send(engine.url, engine.key, touchpoint('2', 'c-2'))).status).toBe(507);
  expect((await engine.get('/v1/population')).status).toBe(200);
  expect((await engine.get('/health/live')).status).toBe(200);
  limitFiles(engine.pid, 'unlimited');
  expect((await send(engine.url, engine.key, touchpoint('2', 'c-2'))).status).toBe(200);
  await eventually(async () => (await engine.get('/v1/customers/c-2')).ok);
  await eventually(async () => (await engine.get('/health/ready')).ok);
  expect((await engine.stop()).code).toBe(0);
  expect((await place.rapport('verify')).code).toBe(0);
});

test('a port that is taken is told, with what to do, and the first key is not lost to it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await place.rapport('serve', '--port', String(port));
  other.close();
  expect(code).toBe(75);
  expect(stderr).toMatch(`Cannot listen on 127.0.0.1, port ${port}: another process listens there.`);
  const engine = await serving(place, 'serve');
  expect(engine.key).toBeDefined();
  await engine.stop();
});

test('an address that others reach is refused without keys, and so is a setting that does not exist', async () => {
  const open = await place.rapport('serve', '--no-auth', '--host', '0.0.0.0');
  expect(open).toMatchObject({ code: 2, stderr: expect.stringContaining('0.0.0.0 can be reached by others') });
  place.write('rapport.yaml', 'http:\n  prot: 1\n');
  const wrong = await place.rapport('serve', '--config', 'rapport.yaml');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/rapport\.yaml:2:3: there is no setting "http\.prot"; did you mean "http\.port"\?/);
});

test('without keys nobody is asked for one', async () => {
  const engine = await serving(place, 'serve', '--no-auth');
  expect(engine.stderr()).toContain('No key is asked for');
  expect((await engine.get('/v1/population')).status).toBe(200);
  await engine.stop();
});

test('keys are made, listed and revoked while it serves', async () => {
  const engine = await serving(place, 'serve');
  const made = JSON.parse((await place.rapport('keys', 'create', 'shop', '--role', 'analyst', '--json')).stdout);
  expect(made).toMatchObject({ name: 'shop', roles: ['analyst'] });
  expect((await engine.get('/v1/population', made.secret)).status).toBe(200);
  expect(ndjson((await place.rapport('keys', '--json')).stdout)).toMatchObject([
    { roles: ['admin'] },
    { name: 'shop' },
  ]);
  expect((await place.rapport('keys', 'revoke', made.id)).code).toBe(0);
  expect((await engine.get('/v1/population', made.secret)).status).toBe(401);
  expect((await place.rapport('keys', 'revoke', 'none')).code).toBe(1);
  expect((await place.rapport('keys', 'list')).stdout).not.toContain(made.secret);
  await engine.stop();
});

test('where keys were made before the first start, no first key is made, and that none is an administrator’s is said', async () => {
  const [key] = (await place.rapport('keys', 'create', 'shop', '--role', 'analyst')).stdout.split('\n');
  const engine = await serving(place, 'serve');
  expect(engine.key).toBeUndefined();
  expect(engine.stderr()).toMatch(/keys +1 valid, 0 of role admin/);
  expect(engine.stderr()).toContain('No valid key has the role admin');
  expect((await engine.get('/v1/population', key)).status).toBe(200);
  const { stdout } = await engine.stop();
  expect(stdout).toContain('No valid key has the role admin');
});

test('who did what is told by the audit log, over HTTP and at the command line, and who was refused', async () => {
  expect(await place.rapport('audit-log')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has no audit log yet'),
  });
  const engine = await serving(place, 'serve');
  const { id } = JSON.parse((await place.rapport('keys', 'create', 'shop', '--role', 'ingest', '--json')).stdout);
  await place.rapport('keys', 'revoke', id);
  const version = { ...RETAIL, version: RETAIL.version + 1 };
  place.write('next.json', JSON.stringify(version));
  const published = ['ruleset', 'publish', 'next.json', '--url', engine.url, '--key', engine.key!];
  expect((await place.rapport(...published)).code).toBe(0);
  expect((await engine.get('/v1/customers/c-1', 'rapport_no')).status).toBe(401);
  await engine.stop();
  place.write('after.json', JSON.stringify({ ...RETAIL, version: RETAIL.version + 2 }));
  expect((await place.rapport('ruleset', 'publish', 'after.json')).code).toBe(0);

  const account = { kind: 'account', name: userInfo().username };
  const done = ndjson((await place.rapport('audit-log', '--json')).stdout);
  expect(done.filter(({ action }) => action !== 'authentication.failed')).toMatchObject([
    { action: 'ruleset.published', subject: rulesetHash({ ...RETAIL, version: RETAIL.version + 2 }), actor: account },
    { action: 'ruleset.published', subject: rulesetHash(version), actor: { kind: 'key', name: 'first key' } },
    { action: 'key.revoked', subject: id, actor: account },
    { action: 'key.created', subject: id, actor: account },
    { action: 'key.created', actor: { kind: 'engine' } },
  ]);
  const refused = await place.rapport('audit-log', '--action', 'authentication.failed', '--from', '2026-01-01');
  expect(refused.stdout).toMatch(/authentication\.failed +127\.0\.0\.1 +1 × invalid: GET \/v1\/customers\/\{id\}/);
  expect((await place.rapport('audit-log', '--action', 'nothing')).code).toBe(2);
});

test('a backup taken while touchpoints arrive is whole, and can be served', async () => {
  const engine = await serving(place, 'serve');
  let stop = false;
  let sent = 0;
  const load = (async () => {
    while (!stop) {
      const batch = Array.from({ length: 50 }, (_, i) => touchpoint(`${sent}-${i}`, `c-${i}`));
      if ((await send(engine.url, engine.key, ...batch)).ok) sent++;
    }
  })();
  await eventually(() => sent > 5);
  const acknowledged = sent * 50;
  const backup = await place.rapport('backup', 'copy', '--json');
  stop = true;
  await load;
  expect(backup.code).toBe(0);
  expect(JSON.parse(backup.stdout).events).toBeGreaterThanOrEqual(acknowledged);
  expect(await place.rapport('backup', 'copy')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is not empty'),
  });
  await engine.stop();
  expect((await place.rapport('rebuild', '--data', 'copy')).code).toBe(0);
  expect((await place.rapport('verify', '--data', 'copy')).code).toBe(0);
  const copy = await serving(place, 'serve', '--data', 'copy');
  expect(copy.key).toBeUndefined();
  expect((await copy.get('/v1/customers/c-1', engine.key)).status).toBe(200);
  await copy.stop();
});

test('config prints what counts and where it comes from', async () => {
  place.write('rapport.yaml', 'http: { port: 8080 }\n');
  const shown = JSON.parse(
    (await place.rapport('config', '--config', 'rapport.yaml', '--log-level', 'warn', '--json')).stdout,
  );
  expect(shown).toContainEqual({ name: 'http.port', value: 8080, source: 'file', place: 'rapport.yaml:1:15' });
  expect(shown).toContainEqual({ name: 'log.level', value: 'warn', source: 'flag', place: '--log-level' });
  expect((await place.rapport('config')).stdout).toMatch(/http\.port +7600 +default/);
});
