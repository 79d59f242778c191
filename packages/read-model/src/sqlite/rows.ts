import type { OpenPromise, TouchpointIdentity } from '@rapport/domain';
import type { FactorEvidence, ParkedCustomer, StageInterval, StoredRelationship } from '../read-model';

/** Columns of a {@link RelationshipRow}, for a query over `customers c`. */
export const RELATIONSHIP_COLUMNS = `c.customer, c.stage, c.since, c.instant, c.next_review_at, c.touchpoints,
  c.first_touchpoint_at, c.last_touchpoint_at, c.factors, c.state, c.decided,
  (SELECT json_group_object(signal, since) FROM raised_signals r WHERE r.key = c.key) AS signals`;

export interface RelationshipRow {
  readonly customer: string;
  readonly stage: string;
  readonly since: number;
  readonly instant: number;
  readonly next_review_at: number | null;
  readonly touchpoints: number;
  readonly first_touchpoint_at: number;
  readonly last_touchpoint_at: number;
  readonly factors: string;
  readonly state: Uint8Array;
  readonly decided: string;
  readonly signals: string;
}

export const toRelationship = (row: RelationshipRow): StoredRelationship => ({
  customer: row.customer,
  stage: row.stage,
  since: row.since,
  instant: row.instant,
  nextReviewAt: row.next_review_at,
  touchpoints: row.touchpoints,
  firstTouchpointAt: row.first_touchpoint_at,
  lastTouchpointAt: row.last_touchpoint_at,
  factors: toFactors(JSON.parse(row.factors)),
  signals: JSON.parse(row.signals),
  state: new Uint8Array(row.state.buffer, row.state.byteOffset, row.state.length),
  decided: JSON.parse(row.decided),
});

const toFactors = (
  compact: Readonly<Record<string, readonly [number, number, number]>>,
): Readonly<Record<string, FactorEvidence>> => {
  const factors: Record<string, FactorEvidence> = {};
  for (const factor in compact) {
    const evidence = compact[factor]!;
    factors[factor] = { for: evidence[0], against: evidence[1], at: evidence[2] };
  }
  return factors;
};

interface TouchpointColumns {
  readonly touchpoint_source: string | null;
  readonly touchpoint_id: string | null;
}

const toTouchpoint = (row: TouchpointColumns): { readonly touchpoint?: TouchpointIdentity } =>
  row.touchpoint_source === null || row.touchpoint_id === null
    ? {}
    : { touchpoint: { source: row.touchpoint_source, id: row.touchpoint_id } };

export interface IntervalRow extends TouchpointColumns {
  readonly entered_at: number;
  readonly left_at: number | null;
  readonly stage: string;
  readonly cause: StageInterval['cause'];
}

export const toInterval = (row: IntervalRow): StageInterval => ({
  stage: row.stage,
  from: row.entered_at,
  to: row.left_at,
  cause: row.cause,
  ...toTouchpoint(row),
});

export interface PromiseRow {
  readonly customer: string;
  readonly promise: string;
  readonly promise_key: string | null;
  readonly made_at: number;
  readonly deadline: number;
  readonly touchpoint_source: string;
  readonly touchpoint_id: string;
}

export const toPromise = (row: PromiseRow): OpenPromise & { readonly customer: string } => ({
  customer: row.customer,
  id: row.promise,
  key: row.promise_key,
  madeAt: row.made_at,
  deadline: row.deadline,
  touchpoint: { source: row.touchpoint_source, id: row.touchpoint_id },
});

export interface ParkedRow extends TouchpointColumns {
  readonly customer: string;
  readonly reason: string;
  readonly parked_at: number;
}

export const toParked = (row: ParkedRow): ParkedCustomer => ({
  customer: row.customer,
  reason: row.reason,
  ...toTouchpoint(row),
  parkedAt: row.parked_at,
});
