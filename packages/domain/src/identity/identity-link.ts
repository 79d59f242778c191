import type { Touchpoint, TouchpointIdentity } from '../touchpoint/touchpoint';

/** Whether a touchpoint says whose history is whose: a fold passes it over. */
export const isIdentityType = (type: string): boolean => type === 'customer.merged' || type === 'customer.unmerged';

/** A `customer.merged` or `customer.unmerged` touchpoint as a link between customers. Instants in milliseconds. */
export interface IdentityLink extends TouchpointIdentity {
  /** The customer whose stream it is on, who joins another or leaves again. */
  readonly customer: string;
  /** Who survives; absent when the customer is taken out. */
  readonly into?: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
}

/** The link a touchpoint makes; undefined for all others, and for a merge that does not say into whom. */
export const identityLinkOf = (
  touchpoint: Pick<Touchpoint, 'source' | 'id' | 'type' | 'customer' | 'occurredAt' | 'recordedAt' | 'data'>,
): IdentityLink | undefined => {
  const { source, id, type, customer, occurredAt, recordedAt, data } = touchpoint;
  if (type === 'customer.unmerged') return { source, id, customer, occurredAt, recordedAt };
  if (type !== 'customer.merged' || typeof data.into !== 'string') return undefined;
  return { source, id, customer, into: data.into, occurredAt, recordedAt };
};
