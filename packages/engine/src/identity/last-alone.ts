import type { Position } from '@rapport/event-log';
import type { IdentityIndex, RecordedLink } from './identity-index';

/** Among so many links every one is looked at; of more, only the customer's own. */
const LOOKED_AT = 200;

/** When a customer last had a relationship of her own, and whose histories it was made of. */
export interface LastAlone {
  /** The link that took it from her: mostly her merge, but a late one between others can do it, too. */
  readonly takenBy: RecordedLink;
  readonly members: readonly string[];
}

/** Of a customer who is merged by the links recorded up to a position. Undefined where it cannot be told. */
export const lastAlone = (identity: IdentityIndex, customer: string, upTo: Position): LastAlone | undefined => {
  const links = identity
    .linksOf(customer)
    .filter(({ position }) => position <= upTo)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const membersAfter = (link: RecordedLink | undefined): readonly string[] =>
    link === undefined ? [customer] : identity.identities(customer, { until: link.position }).membersOf(customer);
  for (let i = links.length - 1; i >= 0; i--) {
    if (links.length > LOOKED_AT && links[i].customer !== customer) continue;
    const members = membersAfter(links[i - 1]);
    if (members.length > 0) return { takenBy: links[i], members };
  }
  return undefined;
};
