import type { Position } from '@rapport/event-log';
import type { Store } from '@rapport/sqlite';
import type { WaitingDelivery } from '../delivery/waiting-delivery';
import type { DeliveryStatus } from '../webhooks';
import { type DeliveryRow, decodeRow, deliveryRow, type ParseCursor } from './rows';

export interface DeliveryQuery {
  readonly status?: DeliveryStatus;
  readonly customer?: string;
  /** Older than this one. */
  readonly before?: string;
  readonly limit: number;
}

/**
 * The deliveries of all subscriptions. Each call is about one subscription, by its number. Calls that read rows throw a
 * StoreError `damaged` that names delivery and subscription, when a row cannot be read.
 */
export interface DeliveryStore {
  put(subscription: number, delivery: WaitingDelivery): void;
  /** In order, after a cursor. */
  waiting(subscription: number, after: Position | undefined, limit: number): readonly WaitingDelivery[];
  /** All cursors that have a row, after a cursor. */
  known(subscription: number, after: Position | undefined): readonly Position[];
  count(subscription: number, status: DeliveryStatus): number;
  /** Newest first. */
  query(subscription: number, query: DeliveryQuery): readonly WaitingDelivery[];
  /** Makes one delivery, or all dead letters, wait again, with a new schedule of retries. @returns how many */
  redeliver(subscription: number, id: string | undefined): number;
  /** All that wait may go at once, each with a new schedule of retries. */
  restartSchedules(subscription: number): void;
  /** Removes what is after a cursor; everything when undefined. */
  cutOff(subscription: number, after: Position | undefined): void;
  /** Leaves the newest delivered ones. */
  trim(subscription: number, keep: number): void;
}

const fromRow = (row: DeliveryRow): WaitingDelivery => ({
  id: row.id,
  customer: row.customer,
  type: row.type,
  cursor: row.cursor,
  status: row.status,
  stored: true,
  tries: row.tries,
  failingSince: row.failing_since ?? undefined,
  nextAttemptAt: row.next_attempt_at ?? undefined,
  attempts: row.attempts,
});

const AGAIN = "status = 'waiting', tries = 0, failing_since = NULL, next_attempt_at = NULL";

/** The columns that name a row in an error. */
interface AnyRow {
  readonly subscription: number;
  readonly id: string;
}

const statementsOf = (db: Store['db']) => ({
  put: db.prepare(
    `INSERT OR REPLACE INTO deliveries
       (subscription, cursor, id, customer, type, status, attempts, tries, failing_since, next_attempt_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  waiting: db.prepare<[number, string, number], AnyRow>(
    `SELECT * FROM deliveries WHERE subscription = ? AND status = 'waiting' AND cursor > ? ORDER BY cursor LIMIT ?`,
  ),
  known: db
    .prepare<[number, string], string>('SELECT cursor FROM deliveries WHERE subscription = ? AND cursor > ?')
    .pluck(),
  countUnsettled: db
    .prepare<[number, string], number>(
      "SELECT count(*) FROM deliveries WHERE subscription = ? AND status = ? AND status <> 'delivered'",
    )
    .pluck(),
  countDelivered: db
    .prepare<[number], number>("SELECT count(*) FROM deliveries WHERE subscription = ? AND status = 'delivered'")
    .pluck(),
  redeliverOne: db.prepare<[number, string]>(`UPDATE deliveries SET ${AGAIN} WHERE subscription = ? AND id = ?`),
  redeliverDead: db.prepare<[number]>(`UPDATE deliveries SET ${AGAIN} WHERE subscription = ? AND status = 'dead'`),
  restartSchedules: db.prepare<[number]>(
    `UPDATE deliveries SET ${AGAIN} WHERE subscription = ? AND status = 'waiting'`,
  ),
  cutOff: db.prepare<[number, string]>('DELETE FROM deliveries WHERE subscription = ? AND cursor > ?'),
  trim: db.prepare<[number, number, number]>(
    `DELETE FROM deliveries WHERE subscription = ? AND status = 'delivered' AND cursor <= (
       SELECT cursor FROM deliveries WHERE subscription = ? AND status = 'delivered'
       ORDER BY cursor DESC LIMIT 1 OFFSET ?)`,
  ),
  idOf: db.prepare<[number], string>('SELECT id FROM subscriptions WHERE number = ?').pluck(),
});

const newest = (db: Store['db'], subscription: number, query: DeliveryQuery): readonly AnyRow[] => {
  const conditions = [
    ['subscription = ?', subscription],
    ['status = ?', query.status],
    ['customer = ?', query.customer],
    ['cursor < ?', query.before],
  ].filter(([, value]) => value !== undefined);
  const where = conditions.map(([condition]) => condition).join(' AND ');
  return db
    .prepare<unknown[], AnyRow>(`SELECT * FROM deliveries WHERE ${where} ORDER BY cursor DESC LIMIT ?`)
    .all(...conditions.map(([, value]) => value), query.limit);
};

/** @param parseCursor for cursors in rows */
export const createDeliveryStore = ({ db, path }: Store, parseCursor: ParseCursor): DeliveryStore => {
  const statements = statementsOf(db);
  const codec = deliveryRow(parseCursor);

  const read = (row: AnyRow): WaitingDelivery => {
    const what = (): string => `delivery ${row.id} of subscription ${statements.idOf.get(row.subscription)}`;
    return fromRow(decodeRow(codec, row, what, path));
  };

  return {
    put: (subscription, delivery) => {
      const { cursor, id, customer, type, status, attempts, tries, failingSince, nextAttemptAt } = delivery;
      const rest = [JSON.stringify(attempts), tries, failingSince ?? null, nextAttemptAt ?? null];
      statements.put.run(subscription, cursor, id, customer, type, status, ...rest);
    },
    waiting: (subscription, after, limit) => statements.waiting.all(subscription, after ?? '', limit).map(read),
    known: (subscription, after) =>
      statements.known.all(subscription, after ?? '').flatMap((cursor) => parseCursor(cursor) ?? []),
    count: (subscription, status) =>
      (status === 'delivered'
        ? statements.countDelivered.get(subscription)
        : statements.countUnsettled.get(subscription, status)) ?? 0,
    query: (subscription, query) => newest(db, subscription, query).map(read),
    redeliver: (subscription, id) => {
      const { redeliverOne, redeliverDead } = statements;
      return (id === undefined ? redeliverDead.run(subscription) : redeliverOne.run(subscription, id)).changes;
    },
    restartSchedules: (subscription) => void statements.restartSchedules.run(subscription),
    cutOff: (subscription, after) => void statements.cutOff.run(subscription, after ?? ''),
    trim: (subscription, keep) => void statements.trim.run(subscription, subscription, keep),
  };
};
