import type { ChangeFilter } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { Store } from '@rapport/sqlite';
import type { Secrets } from '../signing';
import type { SubscriptionStatus } from '../webhooks';
import { decodeRow, type ParseCursor, type SubscriptionRow, subscriptionRow } from './rows';

/** A subscription as it is stored. */
export interface StoredSubscription extends Secrets {
  readonly number: number;
  readonly id: string;
  readonly url: string;
  readonly description?: string;
  readonly filter: ChangeFilter;
  readonly status: SubscriptionStatus;
  readonly reason?: string;
  readonly createdAt: number;
  readonly progress: Progress;
}

/** The part of a subscription that deliveries change. */
export interface Progress {
  readonly cursor: Position | undefined;
  readonly lastSuccessAt?: number;
  readonly lastFailureAt?: number;
  /** The first failure since the last success. */
  readonly failingSince?: number;
}

export interface SubscriptionStore {
  /** @throws StoreError `damaged` that names the subscription, when its row cannot be read */
  all(): readonly StoredSubscription[];
  /** Gives the subscription its `number`. */
  add(subscription: Omit<StoredSubscription, 'number'>): StoredSubscription;
  /** Everything but its progress. */
  save(subscription: StoredSubscription): void;
  saveProgress(number: number, progress: Progress): void;
  /** With its deliveries. */
  remove(number: number): void;
}

const fromRow = (row: SubscriptionRow): StoredSubscription => ({
  number: row.number,
  id: row.id,
  url: row.url,
  description: row.description ?? undefined,
  filter: row.filter,
  status: row.status,
  reason: row.reason ?? undefined,
  createdAt: row.created_at,
  secret: row.secret,
  oldSecret: row.old_secret ?? undefined,
  oldSecretUntil: row.old_secret_until ?? undefined,
  progress: {
    cursor: row.cursor ?? undefined,
    lastSuccessAt: row.last_success_at ?? undefined,
    lastFailureAt: row.last_failure_at ?? undefined,
    failingSince: row.failing_since ?? undefined,
  },
});

const toRow = (subscription: Omit<StoredSubscription, 'number' | 'progress'>) => ({
  id: subscription.id,
  url: subscription.url,
  description: subscription.description ?? null,
  filter: JSON.stringify(subscription.filter),
  status: subscription.status,
  reason: subscription.reason ?? null,
  created_at: subscription.createdAt,
  secret: subscription.secret,
  old_secret: subscription.oldSecret ?? null,
  old_secret_until: subscription.oldSecretUntil ?? null,
});

/** @param parseCursor for cursors in rows */
export const createSubscriptionStore = ({ db, path }: Store, parseCursor: ParseCursor): SubscriptionStore => {
  const codec = subscriptionRow(parseCursor);
  const all = db.prepare<[], { readonly id: string }>('SELECT * FROM subscriptions ORDER BY number');
  const insert = db.prepare(
    `INSERT INTO subscriptions (id, url, description, filter, status, reason, created_at, cursor, secret, old_secret,
       old_secret_until)
     VALUES (@id, @url, @description, @filter, @status, @reason, @created_at, @cursor, @secret, @old_secret,
       @old_secret_until)`,
  );
  const update = db.prepare(
    `UPDATE subscriptions SET url = @url, description = @description, filter = @filter, status = @status,
       reason = @reason, secret = @secret, old_secret = @old_secret, old_secret_until = @old_secret_until
     WHERE id = @id`,
  );
  const progress = db.prepare<[string | null, number | null, number | null, number | null, number]>(
    `UPDATE subscriptions SET cursor = ?, last_success_at = ?, last_failure_at = ?, failing_since = ?
     WHERE number = ?`,
  );
  const remove = db.prepare<[number]>('DELETE FROM subscriptions WHERE number = ?');

  /** What a person was promised must survive a loss of power. Deliveries need not: they are repeated. */
  const durably = <T>(write: () => T): T => {
    db.pragma('synchronous = FULL');
    try {
      return write();
    } finally {
      db.pragma('synchronous = NORMAL');
    }
  };

  return {
    all: () => all.all().map((row) => fromRow(decodeRow(codec, row, () => `subscription ${row.id}`, path))),
    add: (subscription) => {
      const row = { ...toRow(subscription), cursor: subscription.progress.cursor ?? null };
      const { lastInsertRowid } = durably(() => insert.run(row));
      return { ...subscription, number: Number(lastInsertRowid) };
    },
    save: (subscription) => void durably(() => update.run(toRow(subscription))),
    saveProgress: (number, { cursor, lastSuccessAt, lastFailureAt, failingSince }) =>
      void progress.run(cursor ?? null, lastSuccessAt ?? null, lastFailureAt ?? null, failingSince ?? null, number),
    remove: (number) => void durably(() => remove.run(number)),
  };
};
