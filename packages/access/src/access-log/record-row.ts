import type { AccessRecord, Principal } from '../access';

export interface RecordRow {
  readonly number: number;
  readonly at: number;
  readonly principal: string;
  readonly principal_name: string;
  readonly principal_kind: string;
  readonly what: string;
  readonly customer: string | null;
  readonly status: number;
  readonly request_id: string;
}

export const toRow = ({
  at,
  principal,
  what,
  customer,
  status,
  requestId,
}: AccessRecord): Omit<RecordRow, 'number'> => ({
  at,
  principal: principal.id,
  principal_name: principal.name,
  principal_kind: principal.kind,
  what,
  customer: customer ?? null,
  status,
  request_id: requestId,
});

export const toRecord = (row: RecordRow): AccessRecord => ({
  at: row.at,
  principal: { id: row.principal, name: row.principal_name, kind: row.principal_kind as Principal['kind'] },
  what: row.what,
  ...(row.customer === null ? {} : { customer: row.customer }),
  status: row.status,
  requestId: row.request_id,
});
