/**
 * What the audit log notes: what was done to keys, rulesets, subscriptions and parked customers, and who was refused.
 * Reads of personal data are in the access log.
 */
export const AUDIT_ACTIONS = [
  'key.created',
  'key.revoked',
  'ruleset.published',
  'subscription.created',
  'subscription.changed',
  'subscription.deleted',
  'subscription.secretRotated',
  'subscription.tested',
  'subscription.redelivered',
  'parked.retried',
  'authentication.failed',
  'authorization.denied',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who acts: a key, the subject of a token, an account of the operating system at the command line, or the engine. */
export interface Actor {
  readonly kind: 'key' | 'token' | 'account' | 'engine';
  readonly id: string;
  readonly name: string;
}

/** Who acts, and over HTTP from where. */
export interface Origin {
  readonly actor: Actor;
  readonly address?: string;
  readonly requestId?: string;
}

/** What was done to what. */
export interface Act {
  readonly action: AuditAction;
  /** The id of the key or the subscription, the hash of the ruleset. */
  readonly subject?: string;
  /** Whatever else is worth knowing; never a credential. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A request that was refused for who sent it. */
export interface RefusedRequest {
  readonly action: 'authentication.failed' | 'authorization.denied';
  readonly address: string;
  /** Method and route, such as `GET /v1/customers/{id}`. */
  readonly request: string;
  /** The user who was denied; absent if unknown. */
  readonly actor?: Actor;
  /** Why: `missing` and `invalid` credentials, the `role`. */
  readonly reason: 'missing' | 'invalid' | 'role';
  /** Of a key there is or was, that came with a wrong secret or is not valid any more. */
  readonly keyId?: string;
}

/** The refused requests of one address (and one actor) within one minute. */
export interface RefusedSum {
  readonly count: number;
  readonly lastAt: number;
  /** How many of each request: `GET /v1/customers/{id}`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  /** Ids of keys there are or were that were tried; the first ten. */
  readonly keys: readonly string[];
}

export interface AuditRecord extends Act {
  /** Of refused requests, the minute in which they came. */
  readonly at: number;
  /** Absent if unknown. */
  readonly actor?: Actor;
  /** An IPv6 address of refused requests is its /64 network; {@link OTHERS} where too many addresses were refused. */
  readonly address?: string;
  readonly requestId?: string;
  /** Of `authentication.failed` and `authorization.denied`. */
  readonly refused?: RefusedSum;
}

/** Stands for the addresses beyond those with a sum of their own within one minute. */
export const OTHERS = 'others';

export interface AuditLogQuery {
  readonly action?: AuditAction;
  /** Id of the actor. */
  readonly actor?: string;
  /** Not before. */
  readonly from?: number;
  /** Before. */
  readonly to?: number;
  /** Cursor of the page before. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface AuditLogPage {
  readonly records: readonly AuditRecord[];
  /** `after` of the next page; absent on the last. */
  readonly next?: string;
}
