import { type View, withoutDuplicates } from '../relationship/canonical';
import { compareCodeUnits, compareTouchpoints } from '../touchpoint/touchpoint';
import type { IdentityLink } from './identity-link';

/** Customers whose histories are one. */
export interface UnitedCustomers {
  readonly survivor: string;
  /** The survivor first, then the others by code unit; two at least. */
  readonly members: readonly string[];
}

/** Identities under a view (MODEL, section 6). */
export interface Identities<Link extends IdentityLink = IdentityLink> {
  /** The customer whose relationship the touchpoints of another belong to; the same one without a merge. */
  survivorOf(customer: string): string;
  /** The survivor first, then all customers merged into them, by code unit. Empty for a merged customer. */
  membersOf(survivor: string): readonly string[];
  /** The merge that holds for a customer; undefined for a customer who is not merged. */
  mergeOf(customer: string): Link | undefined;
  /** All survivors into whom another customer is merged, by code unit. */
  readonly united: readonly UnitedCustomers[];
}

/**
 * Reads links in canonical order, whatever the order they are given in; duplicates change nothing. A merge replaces
 * an earlier one of the same customer, and is ignored where it would close a circle; an unmerge takes them out. Merges
 * carry on: A into B and B into C makes A a member of C, until B is taken out.
 *
 * @param view what occurred after `asOf`, or was recorded after `knownAt`, does not count
 * @example identitiesOf([merged('a', 'b')]).survivorOf('a') // 'b'
 */
export const identitiesOf = <Link extends IdentityLink>(
  links: readonly Link[],
  { asOf = Number.POSITIVE_INFINITY, knownAt = Number.POSITIVE_INFINITY }: View = {},
): Identities<Link> => {
  const known = withoutDuplicates(links.filter(({ recordedAt }) => recordedAt <= knownAt))
    .filter(({ occurredAt }) => occurredAt <= asOf)
    .sort(compareTouchpoints);
  const merges = new Map<string, Link>();
  for (const link of known)
    if (link.into === undefined) merges.delete(link.customer);
    else if (!reaches(merges, link.into, link.customer)) merges.set(link.customer, link);

  const survivors = new Map<string, string>();
  const survivorOf = (customer: string): string => {
    let survivor = survivors.get(customer) ?? customer;
    for (let merge = merges.get(survivor); merge !== undefined; merge = merges.get(survivor))
      survivor = survivors.get(merge.into as string) ?? (merge.into as string);
    if (survivor !== customer) survivors.set(customer, survivor);
    return survivor;
  };
  const others = new Map<string, string[]>();
  for (const customer of merges.keys()) {
    const survivor = survivorOf(customer);
    const group = others.get(survivor);
    if (group === undefined) others.set(survivor, [customer]);
    else group.push(customer);
  }
  const united = [...others]
    .map(([survivor, merged]) => ({ survivor, members: [survivor, ...merged.sort(compareCodeUnits)] }))
    .sort((a, b) => compareCodeUnits(a.survivor, b.survivor));
  const members = new Map(united.map((one) => [one.survivor, one.members]));
  return {
    survivorOf,
    membersOf: (survivor) => members.get(survivor) ?? (merges.has(survivor) ? [] : [survivor]),
    mergeOf: (customer) => merges.get(customer),
    united,
  };
};

/** Whether following merges from a customer leads to another: then the reverse merge would close a circle. */
const reaches = (merges: ReadonlyMap<string, IdentityLink>, from: string, to: string): boolean => {
  for (let at: string | undefined = from; at !== undefined; at = merges.get(at)?.into) if (at === to) return true;
  return false;
};
