import { identitiesOf } from '@rapport/domain';
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

/** Whether a link lay ahead when it was recorded: it was taken in when it came due. */
export const wasAhead = ({ occurredAt, recordedAt }: RecordedLink): boolean => occurredAt > recordedAt;

const byPosition = (a: RecordedLink, b: RecordedLink): number => (a.position < b.position ? -1 : 1);

/** In the order in which they came in force: as they were recorded, but those that lay ahead when they came due. */
const inOrderOfForce = (links: readonly RecordedLink[]): readonly RecordedLink[] => {
  const ahead = links.filter(wasAhead).sort((a, b) => a.occurredAt - b.occurredAt || byPosition(a, b));
  const others = links.filter((link) => !wasAhead(link)).sort(byPosition);
  if (ahead.length === 0) return others;
  const all: RecordedLink[] = [];
  let next = 0;
  for (const link of others) {
    // What came due is taken in before what is recorded after it, and never before it was recorded itself.
    while (next < ahead.length && ahead[next].occurredAt <= link.recordedAt && ahead[next].position < link.position)
      all.push(ahead[next++]);
    all.push(link);
  }
  return [...all, ...ahead.slice(next)];
};

/** Of a customer who is merged by the links recorded up to a position. Undefined where it cannot be told. */
export const lastAlone = (identity: IdentityIndex, customer: string, upTo: Position): LastAlone | undefined => {
  const links = inOrderOfForce(identity.linksOf(customer).filter(({ position }) => position <= upTo));
  const membersBefore = (i: number): readonly string[] =>
    i === 0 ? [customer] : identitiesOf(links.slice(0, i)).membersOf(customer);
  for (let i = links.length - 1; i >= 0; i--) {
    if (links.length > LOOKED_AT && links[i].customer !== customer) continue;
    const members = membersBefore(i);
    if (members.length > 0) return { takenBy: links[i], members };
  }
  return undefined;
};
