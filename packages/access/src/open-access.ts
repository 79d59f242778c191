import { atStore, makeOwned, openStore } from '@rapport/sqlite';
import { isLeft, left } from 'fp-ts/Either';
import type { Access, OnAccessError } from './access';
import { accessLog } from './access-log/access-log';
import { accountActor } from './audit-log/account';
import { auditLog } from './audit-log/audit-log';
import { type Clock, SYSTEM_CLOCK } from './clock';
import { credentialsOf } from './credentials';
import { keyRing } from './keys/key-ring';
import { looksLikeKey } from './keys/secret';
import { ACCESS_FILE } from './schema';
import type { OidcOptions } from './tokens/oidc-options';

export interface AccessOptions {
  /** Of the file; made where there is none, for its owner alone. */
  readonly path: string;
  /** Accepts the tokens of this issuer too. */
  readonly oidc?: OidcOptions;
  readonly clock?: Clock;
  /** How long accesses and refused requests are kept; without it, accesses forever and the newest 100,000 sums. */
  readonly keepMilliseconds?: number;
  /** Told when the access log or the audit log cannot be written. A warning of the process when absent. */
  readonly onError?: OnAccessError;
}

const WRITE_EVERY_MS = 500;
/** How often it is looked for accesses that are kept no longer. */
const FORGET_EVERY_MS = 60_000;

/**
 * Keys, tokens, the access log and the audit log, in one SQLite file.
 *
 * Unlike the other stores it has no writer that holds it for good: the command line makes and revokes keys while the
 * server runs. Each write is one short transaction, others wait for it (five seconds at most), and each process sees at
 * once what another has changed.
 *
 * @throws StoreError for what is wrong with the file; RangeError for an issuer that cannot be trusted
 * @example
 * const access = await openAccess({ path: 'rapport-data/access.sqlite' });
 * const first = await access.firstKey();
 * if (first !== undefined) print(first.secret);
 */
export const openAccess = async (options: AccessOptions): Promise<Access> => {
  const { path, oidc, clock = SYSTEM_CLOCK, keepMilliseconds, onError = warn } = options;
  const verify = oidc === undefined ? undefined : tokens().verifyToken(oidc, clock);
  makeOwned(path);
  const store = openStore(path, { ...ACCESS_FILE, mode: 'write' });
  const log = accessLog(store, onError);
  const audit = auditLog(store, clock, onError);
  const keys = keyRing(store, clock, audit);
  const atFile = <T>(operation: () => T): T => atStore(path, operation);

  let forgetAt = Number.NEGATIVE_INFINITY;
  const forget = (): void => {
    if (clock.now() < forgetAt) return;
    // Set before, so that a failure is reported once a minute.
    forgetAt = clock.now() + FORGET_EVERY_MS;
    const before = keepMilliseconds === undefined ? undefined : clock.now() - keepMilliseconds;
    const more = [audit.forget(before), before !== undefined && log.forget(before)];
    if (more.includes(true)) forgetAt = clock.now();
  };
  const timer = setInterval(() => {
    log.write();
    audit.write();
    try {
      keys.writeUses();
      forget();
    } catch (error) {
      onError(error, []);
    }
  }, WRITE_EVERY_MS);
  timer.unref();
  let open = true;
  const here = { actor: accountActor() };

  return {
    authenticate: async (authorization) => {
      const credentials = credentialsOf(authorization);
      if (isLeft(credentials)) return credentials;
      if (looksLikeKey(credentials.right)) return atFile(() => keys.authenticate(credentials.right));
      if (verify === undefined)
        return left({ kind: 'invalid', reason: 'no key, and no issuer of tokens is configured' });
      return verify(credentials.right);
    },
    firstKey: async (handOver = () => undefined) => atFile(() => keys.firstKey(handOver)),
    createKey: async (key, origin = here) => atFile(() => keys.create(key, origin)),
    keys: async () => atFile(() => keys.all()),
    revokeKey: async (id, origin = here) => atFile(() => keys.revoke(id, origin)),
    record: (record) => log.record(record),
    accessLog: async (query) => log.query(query),
    note: (act, origin = here) => audit.note(act, origin),
    refuse: (request) => audit.refuse(request),
    auditLog: async (query) => audit.query(query),
    close: async () => {
      if (!open) return;
      open = false;
      clearInterval(timer);
      try {
        atFile(() => keys.writeUses());
      } catch (error) {
        // Losing the last use of a key is acceptable; the accesses are more important.
        onError(error, []);
      }
      try {
        try {
          log.end();
        } finally {
          audit.end();
        }
      } finally {
        store.close();
      }
    },
  };
};

const warn: OnAccessError = (error, lost) => {
  const unwritten = lost.length === 0 ? '' : ` These are lost to it: ${JSON.stringify(lost)}`;
  process.emitWarning(
    `The access log or the audit log cannot be written: ${error instanceof Error ? error.message : error}${unwritten}`,
  );
};

/** Loaded only where tokens are accepted: it takes as long to load as the rest. */
const tokens = (): typeof import('./tokens/verify-token') => require('./tokens/verify-token');
