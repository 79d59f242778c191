import type { View } from '@rapport/domain';
import type { EventLog } from '@rapport/event-log';
import type { RecordedDecision } from '../decisions';
import { decisionsOf, historyOf, type RecordedTouchpoint } from '../history-of';
import { type IdentityIndex, openIdentityIndex } from './identity-index';

/** The customer who answers for another, and all those they answer for. */
export interface UnitedCustomer {
  /** The survivor, whose relationship it is. */
  readonly customer: string;
  /** The customer asked for, if merged into the survivor. */
  readonly askedFor?: string;
  /** All customers merged into the survivor, by code unit. */
  readonly mergedCustomers: readonly string[];
}

export interface UnitedHistory extends UnitedCustomer {
  /**
   * All that the log holds of the survivor and of those merged into them, whatever the instants, in order of recording;
   * each names the customer on whose stream it is.
   */
  readonly touchpoints: readonly RecordedTouchpoint[];
}

/** The survivor and the members of a customer under a view. Refresh the index first, as far as the answer is to be. */
export const unitedCustomer = (identity: IdentityIndex, customer: string, view?: View): UnitedCustomer => {
  const identities = identity.identities(customer, view);
  const survivor = identities.survivorOf(customer);
  return {
    customer: survivor,
    ...(survivor === customer ? undefined : { askedFor: customer }),
    mergedCustomers: identities.membersOf(survivor).slice(1),
  };
};

/** The items on the streams of several customers, in order of recording. */
const together = async <Item extends { readonly position: string }>(
  customers: readonly string[],
  read: (customer: string) => Promise<readonly Item[]>,
): Promise<readonly Item[]> => {
  const streams: (readonly Item[])[] = [];
  for (const customer of customers) streams.push(await read(customer));
  const [first = [], ...others] = streams;
  return others.length === 0 ? first : streams.flat().sort((a, b) => (a.position < b.position ? -1 : 1));
};

/**
 * The history that makes up a customer's relationship: their own touchpoints, and those of all customers merged with them
 * under the view. Asked for a merged customer, the survivor answers. Empty for an unknown customer.
 *
 * @param view `asOf` before a merge occurred, or `knownAt` before it was recorded: not merged. It restricts who is
 * who, not the touchpoints, which `evaluate` restricts
 * @param identity an index that is kept; without one, links are read from the log
 * @throws UnfoldableTouchpoint for a schema version newer than this build
 * @example
 * const { customer, askedFor, touchpoints } = await unitedHistory(log, 'c-17', { asOf }, identity);
 * const evaluation = evaluate(program, touchpoints, { asOf });
 */
export const unitedHistory = async (
  log: EventLog,
  customer: string,
  view?: View,
  identity?: IdentityIndex,
): Promise<UnitedHistory> => {
  const index = identity ?? (await openIdentityIndex(log));
  await identity?.refresh();
  const united = unitedCustomer(index, customer, view);
  const members = [united.customer, ...united.mergedCustomers];
  return { ...united, touchpoints: await together(members, (one) => historyOf(log, one)) };
};

/** The decisions recorded about a survivor and those merged into them, in order of recording. */
export const unitedDecisions = (
  log: EventLog,
  { customer, mergedCustomers }: UnitedCustomer,
): Promise<readonly RecordedDecision[]> => together([customer, ...mergedCustomers], (one) => decisionsOf(log, one));
