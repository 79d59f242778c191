import { compareCodeUnits } from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import type { IdentityIndex, RecordedLink } from './identity-index';

/** A customer whose history is made up of other streams than before. */
export interface Regrouped {
  readonly customer: string;
  /** The last link that changed it. */
  readonly link: RecordedLink;
  /** The customers whose histories made up the relationship before; empty where there was no relationship. */
  readonly membersBefore: readonly string[];
  /** Whether any link named them before. */
  readonly namedBefore: boolean;
  /** Whether the customer has a relationship of their own now. */
  readonly standsAlone: boolean;
}

/** The customers whose histories make up a relationship; none for a customer merged into another. */
const membersOf = (identity: IdentityIndex, customer: string): readonly string[] =>
  identity.identities(customer).membersOf(customer);

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

/**
 * Takes links into the index and says for whom that changed anything, by code unit: those whose relationship went to
 * another, those who have one of their own again, and those whose histories changed.
 *
 * @param isNamed whether any link names a customer, before these are added
 */
export const regroup = (
  identity: IdentityIndex,
  links: readonly RecordedLink[],
  position: Position,
  isNamed: (customer: string) => boolean,
): readonly Regrouped[] => {
  const named = links.flatMap(({ customer, into }) => (into === undefined ? [customer] : [customer, into]));
  const touched = new Set(named.flatMap((customer) => [customer, ...identity.connected(customer)]));
  const before = new Map(
    [...touched].map((customer) => [customer, { members: membersOf(identity, customer), named: isNamed(customer) }]),
  );
  identity.add(links, position);
  const reasons = new Map<string, RecordedLink>();
  for (const link of links) for (const customer of identity.connected(link.customer)) reasons.set(customer, link);

  return [...before]
    .flatMap(([customer, { members, named }]): readonly Regrouped[] => {
      const now = membersOf(identity, customer);
      const link = reasons.get(customer);
      if (link === undefined || same(now, members)) return [];
      return [{ customer, link, membersBefore: members, namedBefore: named, standsAlone: now.length > 0 }];
    })
    .sort((a, b) => compareCodeUnits(a.customer, b.customer));
};
