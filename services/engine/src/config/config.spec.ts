import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDocument } from './config-document';
import { ConfigError } from './config-error';
import { configurationMarkdown } from './config-markdown';
import { type ConfigInput, effectiveConfig, givenBySet } from './effective';
import { environmentName, SETTING_NAMES } from './settings';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileWith = (content: string): string => {
  const path = join(folder, 'rapport.yaml');
  writeFileSync(path, content);
  return path;
};

const configure = (input: Partial<ConfigInput> = {}) => effectiveConfig({ environment: {}, ...input });

const problems = (input: Partial<ConfigInput>): readonly string[] => {
  try {
    configure(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replace(`${folder}/`, ''));
    throw error;
  }
  return [];
};

test('without anything given, the defaults count and listen on loopback only', () => {
  const { config, from } = configure();
  expect(config).toMatchObject({
    'http.host': '127.0.0.1',
    'http.port': 7600,
    'auth.enabled': true,
    'limits.body': 8 * 1024 ** 2,
    'sse.heartbeat': 15_000,
    'webhooks.retry.giveUpAfter': 3 * 86_400_000,
  });
  expect(config['http.tls.key']).toBeUndefined();
  expect(from['http.port']).toEqual({ value: 7600, source: 'default', place: '' });
});

test('flags count before environment, environment before file, file before defaults', () => {
  const file = fileWith('http: { port: 1001, host: 127.0.0.2 }\nlog.level: warn\nshutdown: { timeout: PT1S }\n');
  const environment = { RAPPORT_HTTP_PORT: '1002', RAPPORT_LOG_LEVEL: 'error' };
  const { config, from } = configure({ file, environment, flags: [givenBySet('http.port=1003')] });
  expect(config).toMatchObject({
    'http.port': 1003,
    'http.host': '127.0.0.2',
    'log.level': 'error',
    'shutdown.timeout': 1000,
  });
  expect(from['http.port']).toMatchObject({ source: 'flag', place: '--set http.port' });
  expect(from['log.level']).toMatchObject({ source: 'environment', place: 'RAPPORT_LOG_LEVEL' });
  expect(from['http.host']).toMatchObject({ source: 'file', place: expect.stringMatching(/rapport\.yaml:1:27$/) });
});

test('origins are what browsers send, nothing else', () => {
  const origins = 'https://shop.example, http://localhost:3000';
  expect(configure({ flags: [givenBySet(`http.allowedOrigins=${origins}`)] }).config['http.allowedOrigins']).toEqual([
    'https://shop.example',
    'http://localhost:3000',
  ]);
  for (const wrong of [
    '*',
    'shop.example',
    'https://shop.example/',
    'https://Shop.example',
    'https://shop.example:443',
    'null',
  ])
    expect(problems({ flags: [givenBySet(`http.allowedOrigins=${wrong}`)] })).toEqual([
      expect.stringContaining('expected a list of origins such as https://shop.example'),
    ]);
});

test('RAPPORT_CONFIG names the file; --config counts before it', () => {
  const file = fileWith('{"http": {"port": 1001}}');
  expect(configure({ environment: { RAPPORT_CONFIG: file } }).config['http.port']).toBe(1001);
  expect(problems({ file: join(folder, 'none.yaml'), environment: { RAPPORT_CONFIG: file } })).toEqual([
    'none.yaml: there is no such file.',
  ]);
});

test('every problem is told, with file, line, column, key and what is expected', () => {
  const file = fileWith('http:\n  port: 99999\n  hosst: x\nsse:\n  heartbeat: 15 seconds\nlimits: 3\ncolour: red\n');
  expect(problems({ file, environment: { RAPPORT_LOG_LEVEL: 'loud' } })).toEqual([
    'rapport.yaml:3:3: there is no setting "http.hosst"; did you mean "http.host"?',
    'rapport.yaml:6:1: limits: expected settings below it.',
    'rapport.yaml:7:1: there is no setting "colour". All are listed by: rapport config',
    'rapport.yaml:2:9: http.port: expected a port: a whole number from 0 (any free one) to 65535, found 99999',
    'rapport.yaml:5:14: sse.heartbeat: expected an ISO 8601 duration such as PT10S, PT5M or P3D, at most P8D, found "15 seconds"',
    'RAPPORT_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, found "loud"',
  ]);
});

test.each([
  ['broken YAML', 'http: {', /rapport\.yaml:1:8: /],
  ['a list', '- a\n', /expected settings/],
  [
    'a setting without a value',
    'http:\n  port:\n',
    /^rapport\.yaml:2:8: http\.port: expected a port.*, found nothing$/,
  ],
])('%s is refused', (_, content, message) => {
  expect(problems({ file: fileWith(content) })[0]).toMatch(message);
});

test('an empty file sets nothing', () => {
  expect(configure({ file: fileWith('# nothing yet\n') }).config['http.port']).toBe(7600);
});

test('a variable that sets nothing is told, except those that Kubernetes puts there', () => {
  const environment = { RAPPORT_PROT: '1', RAPPORT_SERVICE_HOST: 'x', RAPPORT_PORT_7600_TCP: 'tcp://x', PATH: '/' };
  expect(configure({ environment }).warnings).toEqual(['RAPPORT_PROT sets nothing.']);
});

test('an unknown name after --set is refused with the nearest one', () => {
  expect(() => givenBySet('limits.bdy=5')).toThrow(
    /^--set: there is no setting "limits\.bdy"; did you mean "limits\.body"\?/,
  );
  expect(() => givenBySet('http.port')).toThrow(/expected http\.port=VALUE/);
});

test('an address that others reach is refused without authentication', () => {
  const flags = [givenBySet('http.host=0.0.0.0'), givenBySet('auth.enabled=false')];
  expect(problems({ flags })).toEqual([expect.stringMatching(/^http\.host: 0\.0\.0\.0 can be reached by others/)]);
  expect(problems({ flags: [givenBySet('auth.enabled=false')] })).toEqual([]);
  expect(problems({ flags: [givenBySet('http.host=0.0.0.0')] })).toEqual([]);
});

test('settings that need each other are asked for together', () => {
  expect(problems({ flags: [givenBySet('http.tls.key=key.pem')] })).toEqual(['http.tls.key needs http.tls.cert too.']);
  expect(problems({ flags: [givenBySet('auth.oidc.issuer=https://x.example')] })).toEqual([
    'auth.oidc.issuer needs auth.oidc.audience too.',
  ]);
});

test('a password in a URL is refused and shown to nobody', () => {
  const [problem] = problems({ flags: [givenBySet('tracing.otlpEndpoint=http://me:hunter2@collector')] });
  expect(problem).toMatch(/^--set tracing\.otlpEndpoint: expected a URL/);
  expect(problem).not.toContain('hunter2');
});

test('a duration that ends up in a timer is one that timers can wait for; no other is endless', () => {
  const bound = (setting: string, value: string) => problems({ flags: [givenBySet(`${setting}=${value}`)] })[0];
  for (const timer of ['http.bodyTimeout', 'http.idleStreamTimeout', 'webhooks.timeout', 'shutdown.timeout']) {
    expect(bound(timer, 'P24D')).toBeUndefined();
    expect(bound(timer, 'P25D')).toBe(
      `--set ${timer}: expected an ISO 8601 duration such as PT10S, PT5M or P3D, at most P24D, found "P25D"`,
    );
  }
  expect(bound('sse.heartbeat', 'P8D')).toBeUndefined();
  expect(bound('sse.heartbeat', 'P9D')).toMatch(/at most P8D/);
  for (const span of ['webhooks.retry.giveUpAfter', 'webhooks.secretOverlap', 'readiness.maxLag']) {
    expect(bound(span, 'P365D')).toBeUndefined();
    expect(bound(span, `P${'9'.repeat(400)}D`)).toMatch(/at most P36500D/);
  }
});

test('roles of a token are a mapping, in the file or as JSON', () => {
  const wanted = { crm: 'marketing', it: 'admin' };
  const file = fileWith('auth: { oidc: { roles: { crm: marketing, it: admin } } }');
  expect(configure({ file }).config['auth.oidc.roles']).toEqual(wanted);
  const environment = { RAPPORT_AUTH_OIDC_ROLES: JSON.stringify(wanted) };
  expect(configure({ environment }).config['auth.oidc.roles']).toEqual(wanted);
  expect(problems({ environment: { RAPPORT_AUTH_OIDC_ROLES: '{"crm":"king"}' } })[0]).toMatch(/expected a mapping to/);
});

test('a list is a list in the file, and parted by commas elsewhere', () => {
  const wanted = ['10.0.0.0/8', 'crm.internal'];
  const file = fileWith('webhooks: { allowedTargets: [10.0.0.0/8, crm.internal] }');
  expect(configure({ file }).config['webhooks.allowedTargets']).toEqual(wanted);
  const environment = { RAPPORT_WEBHOOKS_ALLOWED_TARGETS: '10.0.0.0/8, crm.internal' };
  expect(configure({ environment }).config['webhooks.allowedTargets']).toEqual(wanted);
});

test('trusted proxies are addresses and ranges, not names', () => {
  const proxies = (value: string) => configure({ environment: { RAPPORT_HTTP_TRUSTED_PROXIES: value } });
  expect(proxies('10.0.0.7, fd00::/8').config['http.trustedProxies']).toEqual(['10.0.0.7', 'fd00::/8']);
  for (const value of ['proxy.internal', '10.0.0.0/33', '10.0.0', 'fd00::/129', '10.0.0.1/', '10.0.0.1/8/8'])
    expect(() => proxies(value)).toThrow(/expected a list of addresses or ranges/);
});

test('what counts is shown with its source, as it was written', () => {
  const shown = configDocument(configure({ environment: { RAPPORT_SSE_HEARTBEAT: 'PT20S' } }));
  expect(shown.map(({ name }) => name)).toEqual(SETTING_NAMES);
  expect(shown.find(({ name }) => name === 'sse.heartbeat')).toEqual({
    name: 'sse.heartbeat',
    value: 'PT20S',
    source: 'environment',
    place: 'RAPPORT_SSE_HEARTBEAT',
  });
  expect(shown.find(({ name }) => name === 'http.tls.key')).toMatchObject({ value: null, source: 'default' });
});

test('the reference page names every setting with its variable', () => {
  const page = configurationMarkdown();
  for (const name of SETTING_NAMES) {
    expect(page).toContain(`\`${name}\``);
    expect(page).toContain(`\`${environmentName(name)}\``);
  }
  expect(environmentName('limits.requestsPerMinute')).toBe('RAPPORT_LIMITS_REQUESTS_PER_MINUTE');
});
