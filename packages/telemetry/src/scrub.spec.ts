import { Writable } from 'node:stream';
import fc from 'fast-check';
import type { Logger } from 'pino';
import { openLogger } from './logger';
import { REDACTED, scrubText } from './scrub';

const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const KEY = 'rapport_k7f3m2_8Jx2pQvN4tRzLwY6sBhKcD9eGmUaXoT1';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
const SECRETS = [WEBHOOK_SECRET, KEY, JWT];

/** What the lines that `write` logs look like when they leave the process. */
const logged = (write: (logger: Logger) => void, format: 'json' | 'pretty' = 'json'): string => {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const { logger } = openLogger({ level: 'trace', format, destination, serviceName: 'rapport', version: '1.2.3' });
  write(logger);
  return lines.join('');
};

const line = (write: (logger: Logger) => void) => JSON.parse(logged(write));

const secret = fc.constantFrom(...SECRETS);
const word = fc.string({ unit: fc.constantFrom(...'abcxyzäö {}"\\\n:,'), maxLength: 8 });
const secretName = fc.constantFrom(
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'Set-Cookie',
  'secret',
  'oldSecret',
  'key',
  'apiKey',
  'x-api-key',
  'token',
  'access_token',
  'password',
  'webhook-signature',
);
/** Something with the leaf anywhere inside: in objects, in lists, among other values. */
const nest = (leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(word, tie('value')).map(([name, value]) => ({ other: 1, [`n${name}`]: value })),
      fc.tuple(fc.anything({ maxDepth: 1 }), tie('value')).map(([other, value]) => [fc.stringify(other), value]),
    ),
  })).value;

const quiet = (text: string, secrets: readonly string[] = SECRETS) => {
  for (const one of secrets) expect(text).not.toContain(one);
};

test('what looks like a key, a webhook secret or a token passes in no nesting, whatever stands around it', () => {
  fc.assert(
    fc.property(nest(fc.tuple(word, secret).map(([before, one]) => `${before} ${one}`)), (value) => {
      quiet(logged((logger) => logger.info({ value }, 'seen')));
    }),
  );
});

test('nothing passes under a name that keeps secrets, whatever it looks like', () => {
  fc.assert(
    fc.property(
      nest(
        fc
          .tuple(secretName, fc.constantFrom('plain-hunter2', ['plain-hunter2'], { inner: 'plain-hunter2' }))
          .map(([name, value]) => ({ [name]: value })),
      ),
      (value) => {
        quiet(
          logged((logger) => logger.warn({ value })),
          ['plain-hunter2'],
        );
      },
    ),
  );
});

test('nothing passes in messages, in what is put into them, in bindings of children or in names', () => {
  fc.assert(
    fc.property(secret, word, (one, other) => {
      const text = logged((logger) => {
        logger.info(`${other} ${one}`);
        logger.info('with %s and %o', one, { deep: { one } });
        logger.child({ bound: { one } }).info('child');
        logger.info({ [one]: true });
      });
      quiet(text);
      expect(text.trimEnd().split('\n')).toHaveLength(4);
    }),
  );
});

test('nothing passes in errors: message, stack, cause and fields', () => {
  const error = Object.assign(new Error(`refused "${KEY}"`, { cause: new Error(`because of ${WEBHOOK_SECRET}`) }), {
    config: { headers: { Authorization: 'Basic YW5uYTpodW50ZXIy' } },
    url: 'https://anna:hunter2@example.test/hook?token=hunter2&page=2',
  });
  const text = logged((logger) => {
    logger.error(error);
    logger.error({ err: error }, 'failed');
    logger.error({ error }, 'failed');
    logger.error({ reason: error.cause }, String(error.stack));
  });
  quiet(text, [...SECRETS, 'hunter2', 'YW5uYTpodW50ZXIy']);
  expect(text).toContain('page=2');
  expect(text).toContain('scrub.spec.ts');
});

test.each([
  ['authorization: Basic YW5uYTpodW50ZXIy', `authorization: ${REDACTED}`],
  ['sent Bearer abc.def-123, refused', `sent Bearer ${REDACTED}, refused`],
  ['Cookie: session=hunter2; theme=dark', `Cookie: ${REDACTED}`],
  ['{"clientSecret":"hunter2","id":"C-1"}', `{"clientSecret":"${REDACTED}","id":"C-1"}`],
  ["{ token: 'hunter2', id: 'C-1' }", `{ token: "${REDACTED}", id: 'C-1' }`],
  ['GET /v1/customers?api_key=hunter2&stage=loyal', `GET /v1/customers?api_key=${REDACTED}&stage=loyal`],
  ['https://anna:hunter2@example.test/', `https://${REDACTED}@example.test/`],
])('in running text: %s', (text, expected) => {
  expect(scrubText(text)).toBe(expected);
});

test.each([
  'rapport_webhook_delivery_duration_seconds and rapport_touchpoints_total are metrics',
  'unknown key: colour (line 3)',
  'the token expired at 2026-07-01T10:00:00Z',
  'https://example.test:8443/hook',
  'customer C-1 of monkey@example.test',
])('what only mentions such a word stays: %s', (text) => {
  expect(scrubText(text)).toBe(text);
});

test('a line is JSON with an instant in UTC, the level in words, the service and what is bound', () => {
  const before = Date.now();
  const { time, ...rest } = line((logger) =>
    logger.child({ requestId: 'r-1', correlationId: 'c-1' }).info({ keyId: 'k7f3m2', hasToken: true }, 'recorded'),
  );
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  expect(rest).toEqual({
    level: 'info',
    service: 'rapport',
    version: '1.2.3',
    requestId: 'r-1',
    correlationId: 'c-1',
    keyId: 'k7f3m2',
    hasToken: true,
    msg: 'recorded',
  });
});

test('lines for eyes keep no secret either', () => {
  const text = logged((logger) => logger.info({ secret: 'hunter2', one: KEY }, `of ${WEBHOOK_SECRET}`), 'pretty');
  quiet(text, [...SECRETS, 'hunter2']);
  expect(text).toContain('INFO');
});

test('no text takes long, however it is made', () => {
  const begun = performance.now();
  for (const text of ['a-'.repeat(50_000), `key:"${'\\\\'.repeat(50_000)}`, '://a:'.repeat(20_000)]) scrubText(text);
  expect(performance.now() - begun).toBeLessThan(20_000);
});
