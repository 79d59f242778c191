import type { AuditAction, Role } from '@rapport/access';

/** The roles that may use a route, and whether it answers with personal data. */
export interface Permission {
  /** `admin` may use every route and is not named. `public`: without a key. */
  readonly allow: readonly Role[] | 'public';
  /** Answers are noted in the access log and are not to be stored on their way. */
  readonly personalData?: true;
  /** The name of the action in the audit log. Every route that changes anything but touchpoints has one. */
  readonly action?: AuditAction;
}

const READERS: readonly Role[] = ['analyst', 'auditor'];
/** Marketing acts on these. */
const READERS_AND_MARKETING: readonly Role[] = ['marketing', ...READERS];

const intake: Permission = { allow: ['ingest'] };
const personal = (allow: readonly Role[]): Permission => ({ allow, personalData: true });
const onlyAdmin: Permission = { allow: [] };
const change = (action: AuditAction, allow: readonly Role[] = []): Permission => ({ allow, action });
const open: Permission = { allow: 'public' };

/**
 * Every route there is: method and path as registered. An app that registers a route that is not here does not start,
 * so that nothing is open by accident. `*` at the end of a path stands for whatever follows.
 */
export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  // A source can write and read nothing back. Whatever it writes counts, merges of customers too: keep its key secret.
  'POST /v1/touchpoints': intake,
  'POST /v1/track': intake,
  'POST /v1/batch': intake,
  // The same under the names that Segment's libraries for browsers and phones use.
  'POST /v1/t': intake,
  'POST /v1/i': intake,
  'POST /v1/p': intake,
  'POST /v1/s': intake,
  'POST /v1/g': intake,
  'POST /v1/a': intake,
  'POST /v1/b': intake,

  // The list and the present state say no more than the stage changes that marketing is sent anyway.
  'GET /v1/customers': personal(READERS_AND_MARKETING),
  'GET /v1/customers/:id': personal(READERS_AND_MARKETING),
  'GET /v1/customers/:id/candidates': personal(READERS_AND_MARKETING),
  // Single touchpoints, what they were taken for, and what was known when: marketing acts without knowing them.
  'GET /v1/customers/:id/timeline': personal(READERS),
  'GET /v1/customers/:id/explanation': personal(READERS),
  'GET /v1/customers/:id/history': personal(READERS),

  // Campaigns run on these; analysts and auditors must be able to see what was announced.
  'GET /v1/stage-changes': personal(READERS_AND_MARKETING),
  'GET /v1/stage-changes/stream': personal(READERS_AND_MARKETING),
  // Counts, no customers.
  'GET /v1/population': { allow: READERS_AND_MARKETING },

  // Complaints and what they are about: service and audit, not campaigns.
  'GET /v1/cases': personal(READERS),
  // The types of touchpoints: everyone who sends or reads them needs them.
  'GET /v1/catalogue': { allow: ['ingest', ...READERS_AND_MARKETING] },
  // How stages are decided; no customers in it.
  'GET /v1/rulesets': { allow: READERS },
  'GET /v1/rulesets/:hash': { allow: READERS },
  // A new ruleset changes everybody's stage.
  'POST /v1/rulesets': change('ruleset.published'),
  // Customers who cannot be folded, and why. Retrying them changes what is announced.
  'GET /v1/parked': personal(READERS),
  'POST /v1/parked/retry': { ...personal([]), action: 'parked.retried' },

  // Touchpoints as they were sent: correcting them means seeing them. A source reads nothing back, not even its own.
  'GET /v1/rejections': personal(READERS),
  'GET /v1/rejections/:id': personal(READERS),

  // Marketing keeps its own subscriptions; the auditor sees where changes are sent to and what became of them.
  'GET /v1/subscriptions': { allow: ['marketing', 'auditor'] },
  'POST /v1/subscriptions': change('subscription.created', ['marketing']),
  'GET /v1/subscriptions/:id': { allow: ['marketing', 'auditor'] },
  'PATCH /v1/subscriptions/:id': change('subscription.changed', ['marketing']),
  'DELETE /v1/subscriptions/:id': change('subscription.deleted', ['marketing']),
  'POST /v1/subscriptions/:id/pause': change('subscription.changed', ['marketing']),
  'POST /v1/subscriptions/:id/resume': change('subscription.changed', ['marketing']),
  'POST /v1/subscriptions/:id/rotate-secret': change('subscription.secretRotated', ['marketing']),
  'POST /v1/subscriptions/:id/test': change('subscription.tested', ['marketing']),
  // Deliveries name customers.
  'GET /v1/subscriptions/:id/deliveries': personal(['marketing', 'auditor']),
  'POST /v1/subscriptions/:id/redeliver': change('subscription.redelivered', ['marketing']),

  // Making keys means being able to do everything.
  'GET /v1/keys': onlyAdmin,
  'POST /v1/keys': change('key.created'),
  'DELETE /v1/keys/:id': change('key.revoked'),
  // The access log is personal data itself: reading it is noted too.
  'GET /v1/access-log': personal(['auditor']),
  // Changes with their authors, and addresses of refused senders.
  'GET /v1/audit-log': personal(['auditor']),

  // Probes and documentation say nothing of customers.
  'GET /health/live': open,
  'GET /health/ready': open,
  'GET /': open,
  'GET /openapi.json': open,
  'GET /docs*': open,
  // Volumes and lags tell a competitor how business goes; a scraper gets a key of role analyst.
  'GET /metrics': { allow: READERS },
};

const OPEN_ENDED = Object.keys(PERMISSIONS)
  .filter((route) => route.endsWith('*'))
  .map((route) => route.slice(0, -1));

/**
 * The permission of a route; undefined where the table has none. HEAD is like GET.
 *
 * @example permissionOf('HEAD', '/v1/customers/:id')
 */
export const permissionOf = (method: string, url: string): Permission | undefined => {
  const route = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  if (Object.hasOwn(PERMISSIONS, route)) return PERMISSIONS[route];
  const prefix = OPEN_ENDED.find((begin) => route === begin || route.startsWith(`${begin}/`));
  return prefix === undefined ? undefined : PERMISSIONS[`${prefix}*`];
};
