import type { JsonObject } from '../json';

/**
 * A fact about one customer (MODEL, section 1). Instants are integer milliseconds since 1970-01-01T00:00:00Z.
 * Identity is (`source`, `id`).
 */
export interface Touchpoint {
  readonly id: string;
  readonly source: string;
  /** `object.action`, e.g. `order.completed`. */
  readonly type: string;
  /** Schema version of `data`; 1 when absent. */
  readonly version?: number;
  readonly customer: string;
  /** When it happened. */
  readonly occurredAt: number;
  /** When the log took it. */
  readonly recordedAt: number;
  readonly data: JsonObject;
  /** Opaque id of the acting member of staff. */
  readonly staff?: string;
  /** The case or order it belongs to. */
  readonly correlationId?: string;
}

/** The identity of a touchpoint, unique over the whole log. */
export interface TouchpointIdentity {
  readonly source: string;
  readonly id: string;
}

/** Only the identity. */
export const identityOf = ({ source, id }: TouchpointIdentity): TouchpointIdentity => ({ source, id });

/**
 * The source of events that the engine itself records. No touchpoint may have it: it could otherwise take an identity
 * (`source`, `id`) before the engine uses it.
 */
export const OWN_SOURCE = 'rapport';

/** Order of strings by UTF-16 code unit, as the model wants it (not by locale). */
export const compareCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Canonical order: (occurredAt, source, id). */
export const compareTouchpoints = (
  a: Pick<Touchpoint, 'occurredAt' | 'source' | 'id'>,
  b: Pick<Touchpoint, 'occurredAt' | 'source' | 'id'>,
): number =>
  a.occurredAt !== b.occurredAt
    ? a.occurredAt - b.occurredAt
    : compareCodeUnits(a.source, b.source) || compareCodeUnits(a.id, b.id);
