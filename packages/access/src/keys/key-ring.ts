/** The keys in memory, always as they stand in the file, whichever process changed them. */
import type { Store } from '@rapport/sqlite';
import { type Either, left, right } from 'fp-ts/Either';
import {
  type AccessKey,
  type AuthenticationFailure,
  type CreatedKey,
  type NewKey,
  type Principal,
  ROLES,
  type Role,
} from '../access';
import type { Origin } from '../audit-log/audit';
import type { AuditLog } from '../audit-log/audit-log';
import type { Clock } from '../clock';
import { keyTable, type StoredKey } from './key-table';
import { hashSecret, keyText, newKeyParts, parseKey, secretMatches } from './secret';

/** A key's last use is written no more often than this. */
const USE_NOTED_EVERY_MS = 60_000;
const LONGEST_NAME = 200;

export interface KeyRing {
  /** @param credentials what stood after `Bearer` */
  authenticate(credentials: string): Either<AuthenticationFailure, Principal>;
  /** @param handOver shows or stores the secret before the key is made for good; where it throws, there is none */
  firstKey(handOver: (secret: string) => void): CreatedKey | undefined;
  /** @throws RangeError for a key that would be of no use: no name, no role, expired before it begins */
  create(key: NewKey, origin: Origin): CreatedKey;
  all(): readonly AccessKey[];
  revoke(id: string, origin: Origin): boolean;
  /** Writes when keys were last used, where that has to be written. */
  writeUses(): void;
}

interface RingKey extends StoredKey {
  readonly principal: Principal;
}

/** Who makes the first key. */
const ENGINE: Origin = { actor: { kind: 'engine', id: 'engine', name: 'the engine, at its first start' } };

export const keyRing = ({ db }: Store, clock: Clock, audit: Pick<AuditLog, 'insert'>): KeyRing => {
  const table = keyTable(db);
  // Differs from the last time when another connection, of this or another process, has committed. Asking costs a
  // look at shared memory, so it is asked for each request: a key revoked by the command line is refused at once.
  const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  let version: number | undefined;
  let keys = new Map<string, RingKey>();
  const usedAt = new Map<string, number>();
  const unwritten = new Map<string, number>();

  const load = (): void => {
    keys = new Map(table.all().map((stored) => [stored.key.id, withPrincipal(stored)]));
  };
  const current = (): ReadonlyMap<string, RingKey> => {
    const now = dataVersion.get();
    if (now !== version) {
      load();
      // Only now: where loading failed it is tried again.
      version = now;
    }
    return keys;
  };
  const noteUse = (id: string, at: number, written: number | undefined): void => {
    if (at - (usedAt.get(id) ?? written ?? Number.NEGATIVE_INFINITY) < USE_NOTED_EVERY_MS) return;
    usedAt.set(id, at);
    unwritten.set(id, at);
  };
  const make = ({ name, roles, expiresAt }: NewKey): { readonly stored: StoredKey; readonly created: CreatedKey } => {
    const parts = newKeyParts();
    const key: AccessKey = { id: parts.id, name, roles, createdAt: clock.now(), expiresAt };
    return { stored: { key, hash: hashSecret(parts.secret) }, created: { key, secret: keyText(parts) } };
  };

  const noteCreated = ({ id, name, roles, expiresAt }: AccessKey, origin: Origin): void =>
    audit.insert({ action: 'key.created', subject: id, details: { name, roles, expiresAt } }, origin);
  // Immediate: whether there was a key, the new one and who made it are one step for all processes.
  const inOneStep = <T>(work: () => T): T => db.transaction(work).immediate();

  return {
    authenticate: (credentials) => {
      const parts = parseKey(credentials);
      if (parts === undefined) return invalid('not of the form of a key');
      const found = current().get(parts.id);
      // Compared before anything else is looked at, so that time tells nothing of keys but that they are right.
      const matches = secretMatches(parts.secret, found?.hash);
      if (found === undefined) return invalid(`unknown key ${parts.id}`);
      if (!matches) return invalid(`wrong secret for key ${parts.id}`, parts.id);
      const now = clock.now();
      const { revokedAt, expiresAt, lastUsedAt } = found.key;
      if (revokedAt !== undefined) return invalid(`revoked key ${parts.id}`, parts.id);
      if (expiresAt !== undefined && now >= expiresAt) return invalid(`expired key ${parts.id}`, parts.id);
      noteUse(parts.id, now, lastUsedAt);
      return right(found.principal);
    },
    firstKey: (handOver) => {
      const { stored, created } = make({ name: 'first key', roles: ['admin'] });
      const made = inOneStep(() => {
        if (table.isAny()) return false;
        table.insert(stored);
        noteCreated(stored.key, ENGINE);
        handOver(created.secret);
        return true;
      });
      if (!made) return undefined;
      load();
      return created;
    },
    create: (key, origin) => {
      checkNewKey(key, clock.now());
      const { stored, created } = make({ ...key, name: key.name.trim(), roles: inOrder(key.roles) });
      inOneStep(() => {
        table.insert(stored);
        noteCreated(stored.key, origin);
      });
      load();
      return created;
    },
    all: () =>
      [...current().values()].map(({ key }) => ({ ...key, lastUsedAt: unwritten.get(key.id) ?? key.lastUsedAt })),
    revoke: (id, origin) => {
      const there = inOneStep(() => {
        // Once: a key that is revoked already stays so, since when and by whom it was.
        if (table.revoke(id, clock.now())) audit.insert({ action: 'key.revoked', subject: id }, origin);
        return table.has(id);
      });
      if (there) load();
      return there;
    },
    writeUses: () => {
      if (unwritten.size === 0) return;
      table.noteUse(unwritten);
      unwritten.clear();
      load();
    },
  };
};

const withPrincipal = ({ key, hash }: StoredKey): RingKey => ({
  key,
  hash,
  principal: { id: key.id, name: key.name, kind: 'key', roles: key.roles },
});

const invalid = (reason: string, keyId?: string): Either<AuthenticationFailure, never> =>
  left({ kind: 'invalid', reason, ...(keyId === undefined ? {} : { keyId }) });

const inOrder = (roles: readonly Role[]): readonly Role[] => ROLES.filter((role) => roles.includes(role));

const checkNewKey = ({ name, roles, expiresAt }: NewKey, now: number): void => {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > LONGEST_NAME)
    throw new RangeError(`A key needs a name of 1 to ${LONGEST_NAME} characters, to distinguish it from others.`);
  const unknown = roles.filter((role) => !ROLES.includes(role));
  if (roles.length === 0 || unknown.length > 0)
    throw new RangeError(`A key needs at least one of the roles ${ROLES.join(', ')}; given: "${roles.join(', ')}".`);
  if (expiresAt !== undefined && !(Number.isSafeInteger(expiresAt) && expiresAt > now))
    throw new RangeError('A key must expire in the future; the given instant has passed already, or is invalid.');
};
