import { ROLES, type Role } from '@rapport/access';
import type * as t from 'io-ts';
import {
  addresses,
  bytes,
  duration,
  durationUpTo,
  file,
  list,
  mappingTo,
  oneOf,
  origins,
  port,
  text,
  timer,
  url,
  whole,
  yesNo,
} from './kinds';

/** One thing that can be set: in the file under its name, in the environment, or by a flag. */
export interface Setting<C extends t.Any = t.Any> {
  readonly kind: C;
  /** As it would stand in the file; absent where there is none. */
  readonly default?: string | number | boolean;
  /** A flag of its own. Every setting can also be given as `--set name=value`. */
  readonly flag?: string;
  readonly does: string;
}

const required = <C extends t.Any>(setting: Setting<C> & { readonly default: string | number | boolean }) => ({
  ...setting,
  optional: false as const,
});
const optional = <C extends t.Any>(setting: Setting<C>) => ({ ...setting, optional: true as const });

const MINUTE = 'PT1M';

/** Everything that can be set, in the order in which it is shown. */
export const SETTINGS = {
  data: required({
    kind: text,
    default: 'rapport-data',
    flag: '--data',
    does: 'The data directory. Made for its owner alone when it is not there.',
  }),
  'http.host': required({
    kind: text,
    default: '127.0.0.1',
    flag: '--host',
    does: 'Address to listen on. Any but a loopback address needs `auth.enabled`.',
  }),
  'http.port': required({
    kind: port,
    default: 7600,
    flag: '--port',
    does: 'Port to listen on; 0 takes a free one, and says which.',
  }),
  'http.tls.key': optional({ kind: file, does: 'Private key (PEM) to serve HTTPS with; with `http.tls.cert`.' }),
  'http.tls.cert': optional({ kind: file, does: 'Certificate chain (PEM) to serve HTTPS with.' }),
  'http.trustedProxies': optional({
    kind: addresses,
    does: 'Addresses or CIDR ranges of proxies in front of the engine, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: the address of an asker is then theirs to say.',
  }),
  'http.allowedOrigins': optional({
    kind: origins,
    does: 'Origins whose pages may send touchpoints from the browser (CORS), such as `https://shop.example`. Other routes are open to no page.',
  }),
  'http.bodyTimeout': required({
    kind: timer,
    default: MINUTE,
    does: 'A body that is not a stream must have arrived within this time.',
  }),
  'http.idleStreamTimeout': required({
    kind: timer,
    default: 'PT5M',
    does: 'A stream of touchpoints that is silent for this time is ended.',
  }),
  'segment.mergeOnIdentify': required({
    kind: yesNo,
    default: false,
    does: "Whether an `identify` call of Segment's libraries merges the anonymous visitor into the user.",
  }),
  'limits.body': required({
    kind: bytes,
    default: '8MiB',
    does: 'Largest body of touchpoints that is not a stream, unpacked. NDJSON streams have no limit; bodies of other routes have at most 64 KiB, rulesets 1 MiB.',
  }),
  'limits.item': required({ kind: bytes, default: '256KiB', does: 'Largest single touchpoint.' }),
  'limits.requestsPerMinute': required({
    kind: whole(0, 100_000_000),
    default: 0,
    does: 'Requests per minute that one key may make; 0 sets no limit.',
  }),
  'limits.streamsPerKey': required({
    kind: whole(0, 100_000),
    default: 100,
    does: 'Streams of each kind, of touchpoints and of stage changes, that one key may have open; 0 sets no limit.',
  }),
  'rejections.bytesPerKey': required({
    kind: bytes,
    default: '4MiB',
    does: 'Room for what intake refused of one key, in `rejections.sqlite`; the oldest leave, and are counted.',
  }),
  'rejections.bytes': required({
    kind: bytes,
    default: '64MiB',
    does: 'Room for what intake refused of all keys together; the key that has most gives way.',
  }),
  'rejections.keep': required({
    kind: duration,
    default: 'P30D',
    does: 'How long it is kept after it came the last time.',
  }),
  'sse.heartbeat': required({
    // Readers wait for three of them with one timer.
    kind: durationUpTo(8),
    default: 'PT15S',
    does: 'How often a quiet event stream gets a comment, so that proxies in between keep it open.',
  }),
  'sse.slowReaderBytes': required({
    kind: bytes,
    default: '64KiB',
    does: 'How much of an event stream is written to its reader at once, 64KiB at most; the rest waits in the log. A reader that takes less in 30 seconds is disconnected, and resumes by its cursor.',
  }),
  'webhooks.allowPrivateTargets': required({
    kind: yesNo,
    default: false,
    does: 'Lets webhooks go to private and loopback addresses.',
  }),
  'webhooks.allowHttp': required({ kind: yesNo, default: false, does: 'Lets webhooks go to `http://` targets.' }),
  'webhooks.allowedTargets': optional({
    kind: list,
    does: 'Names, addresses or CIDR ranges that webhooks may go to whatever they are, over `http://` too.',
  }),
  'webhooks.timeout': required({ kind: timer, default: 'PT15S', does: 'How long a receiver may take to answer.' }),
  'webhooks.retry.first': required({
    kind: duration,
    default: 'PT1S',
    does: 'Wait before the first retry. Each further wait is about twice as long.',
  }),
  'webhooks.retry.longest': required({ kind: duration, default: 'PT1H', does: 'Longest wait between two retries.' }),
  'webhooks.retry.giveUpAfter': required({
    kind: duration,
    default: 'P3D',
    does: 'After this time a delivery that always failed is a dead letter; it can be delivered again by request.',
  }),
  'webhooks.disableAfter': required({
    kind: duration,
    default: 'P3D',
    does: 'A subscription without a success for this time is disabled, with the reason.',
  }),
  'webhooks.secretOverlap': required({
    kind: duration,
    default: 'P1D',
    does: 'How long the old secret still signs after a rotation.',
  }),
  'auth.enabled': required({
    kind: yesNo,
    default: true,
    flag: '--no-auth',
    does: 'Whether keys are asked for. May be off on loopback addresses only.',
  }),
  'auth.oidc.issuer': optional({
    kind: url,
    does: 'OpenID Connect issuer whose tokens (JWT) are accepted beside keys; with `auth.oidc.audience`.',
  }),
  'auth.oidc.audience': optional({ kind: text, does: 'The audience that tokens must be meant for.' }),
  'auth.oidc.rolesClaim': required({
    kind: text,
    default: 'roles',
    does: 'The claim that holds roles or groups; dots lead inwards, as in `realm_access.roles`.',
  }),
  'auth.oidc.roles': optional({
    kind: mappingTo<Role>(ROLES),
    does: 'The role for each value of that claim; without it, values are names of roles.',
  }),
  'auth.accessLog.keep': optional({
    kind: duration,
    does: 'How long the access log keeps its records; without a limit when absent.',
  }),
  'log.level': required({
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    flag: '--log-level',
    does: 'The lowest level that is logged.',
  }),
  'log.format': required({
    kind: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    flag: '--log-format',
    does: '`json` a document a line, `pretty` for eyes; `auto` is `pretty` on a terminal, else `json`.',
  }),
  'tracing.otlpEndpoint': optional({
    kind: url,
    does: 'OpenTelemetry collector (OTLP over HTTP) that traces are sent to; none are made without it.',
  }),
  'shutdown.timeout': required({
    kind: timer,
    default: 'PT10S',
    does: 'How long requests under way may take to end when the engine is stopped.',
  }),
  'readiness.maxLag': required({
    kind: duration,
    default: MINUTE,
    does: 'The engine is not ready while the read model is further behind than this.',
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** Every setting with its value: durations in milliseconds, sizes in bytes; undefined where there is no default. */
export type Config = {
  readonly [K in SettingName]:
    | t.TypeOf<(typeof SETTINGS)[K]['kind']>
    | ((typeof SETTINGS)[K]['optional'] extends true ? undefined : never);
};

/** `RAPPORT_LIMITS_REQUESTS_PER_MINUTE` for `limits.requestsPerMinute`. */
export const environmentName = (name: string): string =>
  `RAPPORT_${name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
