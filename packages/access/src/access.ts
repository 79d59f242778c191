import type { Either } from 'fp-ts/Either';
import type { Act, AuditLogPage, AuditLogQuery, Origin, RefusedRequest } from './audit-log/audit';

/**
 * `ingest` sends touchpoints; `marketing` reads stage changes and keeps subscriptions; `analyst` reads relationships,
 * populations, rulesets; `auditor` reads all that, the access log and the audit log; `admin` does everything, and keys.
 */
export type Role = 'ingest' | 'marketing' | 'analyst' | 'auditor' | 'admin';
export const ROLES: readonly Role[] = ['ingest', 'marketing', 'analyst', 'auditor', 'admin'];

/** Who asks. */
export interface Principal {
  /** Of the key, or `sub` of a token. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'key' | 'token';
  readonly roles: readonly Role[];
}

export type AuthenticationFailure =
  | { readonly kind: 'missing' }
  /** Malformed, unknown, revoked, expired, wrong signature, wrong audience ...: the asker is not told which. */
  | {
      readonly kind: 'invalid';
      /** For the log, never for the asker. */
      readonly reason: string;
      /** Of a key there is or was. For the log too. */
      readonly keyId?: string;
    }
  /** The issuer's keys could not be fetched. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface AccessKey {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
}

export interface CreatedKey {
  readonly key: AccessKey;
  /** What goes into `Authorization: Bearer`. Shown once; only its hash is stored. */
  readonly secret: string;
}

/** A read of personal data. */
export interface AccessRecord {
  readonly at: number;
  readonly principal: Pick<Principal, 'id' | 'name' | 'kind'>;
  /** What was read: the route, such as `GET /v1/customers/{id}`. */
  readonly what: string;
  /** Whose data; absent for lists. */
  readonly customer?: string;
  /** The HTTP status it was answered with. */
  readonly status: number;
  readonly requestId: string;
}

export interface AccessLogQuery {
  readonly customer?: string;
  readonly principal?: string;
  readonly from?: number;
  /** Not itself. */
  readonly to?: number;
  /** Cursor of the page before. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface AccessLogPage {
  readonly records: readonly AccessRecord[];
  /** `after` of the next page; absent on the last. */
  readonly next?: string;
}

/** `after` is not a cursor of this log. */
export interface AccessLogProblem {
  readonly kind: 'invalid-cursor';
}

/**
 * @param lost records of the access log or the audit log that could neither be written nor kept: to be put into another log. Empty while all is kept and tried
 * again.
 */
export type OnAccessError = (error: unknown, lost: readonly object[]) => void;

export interface NewKey {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly expiresAt?: number;
}

export interface Access {
  /** @param authorization the header as it came */
  authenticate(authorization: string | undefined): Promise<Either<AuthenticationFailure, Principal>>;
  /**
   * A key of role `admin` if there was never a key; undefined for every later call.
   *
   * @param handOver shows or stores the secret, before the key is made for good: where it throws, there is no key
   */
  firstKey(handOver?: (secret: string) => void): Promise<CreatedKey | undefined>;
  /**
   * Makes a key, and notes who made it, in one step.
   *
   * @param origin who makes it; the account that this process runs as when absent
   * @throws RangeError for a key of no use: no name, no role, or expired before it begins
   */
  createKey(key: NewKey, origin?: Origin): Promise<CreatedKey>;
  /** In order of creation, revoked ones too. */
  keys(): Promise<readonly AccessKey[]>;
  /** False where there is no such key. A revoked key is refused at once; who revoked it is noted in the same step. */
  revokeKey(id: string, origin?: Origin): Promise<boolean>;
  /** Notes reads of personal data; written in groups, durable before `close` returns and within a second else. */
  record(record: AccessRecord): void;
  /** Newest first. */
  accessLog(query: AccessLogQuery): Promise<Either<AccessLogProblem, AccessLogPage>>;
  /**
   * Notes what was done; written at once, or kept and tried again where that fails.
   *
   * @param origin who did it; the account that this process runs as when absent
   */
  note(act: Act, origin?: Origin): void;
  /** Sums up a refused request by minute, address and actor. True for the first of its sum. */
  refuse(request: RefusedRequest): boolean;
  /** Newest first. */
  auditLog(query: AuditLogQuery): Promise<Either<AccessLogProblem, AuditLogPage>>;
  /** Writes what waits. May be called twice. */
  close(): Promise<void>;
}
