import { identitiesOf } from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import type { IdentityIndex, RecordedLink } from './identity-index';

/** Up to this number, every link is examined; of more, only the customer's own. */
const LOOKED_AT = 200;

/** When a customer last had a relationship of their own, and the customers whose histories it was made of. */
export interface LastAlone {
  /** The link that ended it: mostly the customer's merge, but a late one between others can do it, too. */
  readonly takenBy: RecordedLink;
  readonly members: readonly string[];
}

/** Whether a link lay ahead when it was recorded: it was taken in when it came due. */
export const wasAhead = ({ occurredAt, recordedAt }: RecordedLink): boolean => occurredAt > recordedAt;

const byPosition = (a: RecordedLink, b: RecordedLink): number => (a.position < b.position ? -1 : 1);

/** The first index from which on what is sorted reaches a bound. */
const firstFrom = <T>(sorted: readonly T[], reaches: (one: T) => boolean): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reaches(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
};

type Step = readonly RecordedLink[];

/**
 * In the order in which they came in force, those together that did at once: as they were recorded, but those that lay
 * ahead when they came due, which is before what was recorded then.
 */
const inOrderOfForce = (links: readonly RecordedLink[]): readonly Step[] => {
  const others = links.filter((link) => !wasAhead(link)).sort(byPosition);
  const steps = others.map((link): Step => [link]);
  const ahead = links.filter(wasAhead).sort((a, b) => a.occurredAt - b.occurredAt || byPosition(a, b));
  if (ahead.length === 0) return steps;
  let latest = Number.NEGATIVE_INFINITY;
  const recordedBy = others.map(({ recordedAt }) => {
    latest = Math.max(latest, recordedAt);
    return latest;
  });
  const before = others.map((): RecordedLink[][] => []);
  before.push([]);
  for (const link of ahead) {
    const [known, due] = [
      firstFrom(others, ({ position }) => position > link.position),
      firstFrom(recordedBy, (instant) => instant >= link.occurredAt),
    ];
    const place = before[Math.max(known, due)]!;
    const last = place.at(-1);
    if (last?.[0]?.occurredAt === link.occurredAt) last.push(link);
    else place.push([link]);
  }
  return before.flatMap((due, i): readonly Step[] => [...due, ...steps.slice(i, i + 1)]);
};

/** Of a customer who is merged by the links recorded up to a position. Undefined if unknown. */
export const lastAlone = (identity: IdentityIndex, customer: string, upTo: Position): LastAlone | undefined => {
  const steps = inOrderOfForce(identity.linksOf(customer).filter(({ position }) => position <= upTo));
  const membersBefore = (i: number): readonly string[] =>
    i === 0 ? [customer] : identitiesOf(steps.slice(0, i).flat()).membersOf(customer);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]!;
    if (steps.length > LOOKED_AT && !step.some((link) => link.customer === customer)) continue;
    const members = membersBefore(i);
    if (members.length > 0) return { takenBy: step.at(-1)!, members };
  }
  return undefined;
};
