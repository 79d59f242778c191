import type { Actor, AuditAction, AuditRecord } from './audit';
import type { WaitingSum } from './refused-sums';

/** A row of the table; empty texts where nothing is known, so that sums can be found by all of their names. */
export interface AuditRow {
  readonly number: number;
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  readonly actor_name: string;
  readonly actor_kind: string;
  readonly subject: string | null;
  readonly address: string;
  readonly request_id: string | null;
  /** JSON: `details` of what was done, `refused` of what was not. */
  readonly details: string;
}

const actorRow = (actor: Actor | undefined) => ({
  actor: actor?.id ?? '',
  actor_name: actor?.name ?? '',
  actor_kind: actor?.kind ?? '',
});

export const toRow = (record: AuditRecord): Omit<AuditRow, 'number'> => ({
  at: record.at,
  action: record.action,
  ...actorRow(record.actor),
  subject: record.subject ?? null,
  address: record.address ?? '',
  request_id: record.requestId ?? null,
  details: JSON.stringify(record.details ?? {}),
});

export const sumRow = ({ at, action, address, actor, refused }: WaitingSum): Omit<AuditRow, 'number'> => ({
  at,
  action,
  ...actorRow(actor),
  subject: null,
  address,
  request_id: null,
  details: JSON.stringify(refused),
});

const isSum = (action: string): boolean => action === 'authentication.failed' || action === 'authorization.denied';

export const toRecord = (row: AuditRow): AuditRecord => {
  const details = JSON.parse(row.details);
  return {
    at: row.at,
    action: row.action as AuditAction,
    ...(row.actor_kind === ''
      ? {}
      : { actor: { kind: row.actor_kind as Actor['kind'], id: row.actor, name: row.actor_name } }),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.address === '' ? {} : { address: row.address }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(isSum(row.action) ? { refused: details } : Object.keys(details).length === 0 ? {} : { details }),
  };
};
