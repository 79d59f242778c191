import { type Identities, type IdentityLink, identitiesOf, identityLinkOf, type View } from '@rapport/domain';
import { type EventLog, type Position, type RecordedEvent, subjectOf } from '@rapport/event-log';
import { Mutex } from 'async-mutex';

/** A link as the log has it. Plain data: it may travel to worker threads. */
export type RecordedLink = IdentityLink & { readonly position: Position };

/** `until`: links recorded at later positions do not count. */
export type LinkView = View & { readonly until?: Position };

/** Types a reader of links asks the log for. */
const LINK_TYPES = ['customer.merged', 'customer.unmerged'] as const;

/** Customers whom links connect, whether the links are in force or not. The links affect no other customers. */
interface Family {
  readonly customers: string[];
  readonly links: RecordedLink[];
  /** By the number of links that count, in order of recording. */
  readonly identities: Map<number, Identities<RecordedLink>>;
}

/** Answers kept of each family. */
const KEPT = 64;

/** The identities under these links, whatever their instants. */
const identitiesAmong = ({ identities }: Family, links: readonly RecordedLink[]): Identities<RecordedLink> => {
  const known = identities.get(links.length);
  if (known !== undefined) return known;
  if (identities.size >= KEPT) identities.clear();
  const computed = identitiesOf(links);
  identities.set(links.length, computed);
  return computed;
};

/** Identities in memory: all links of a log, by the customers they connect. Mostly there are none. */
export interface IdentityIndex {
  /** How many links there are. */
  readonly links: number;
  /** The log up to here is known; undefined before anything was read. */
  readonly position: Position | undefined;
  /** Takes in what was recorded since, up to `until` (the end of the log when absent). Cheap when there is nothing new. */
  refresh(until?: Position): Promise<void>;
  /** Takes in links that follow what is known, with everything up to `position`. */
  add(links: readonly RecordedLink[], position: Position): void;
  /** Whether any link, in force or not, names a customer. */
  knows(customer: string): boolean;
  /** All customers whom links connect with a customer, in force or not; only that customer if there are none. */
  connected(customer: string): readonly string[];
  /** All links between these, in no particular order. */
  linksOf(customer: string): readonly RecordedLink[];
  /** Identities among the customers that a customer is connected with. */
  identities(customer: string, view?: LinkView): Identities<RecordedLink>;
  /** Every link, in no particular order. */
  all(): readonly RecordedLink[];
}

const WITHOUT_LINKS: Identities<RecordedLink> = identitiesOf([]);

/** The links among events of customers. */
export const linksAmong = (events: readonly RecordedEvent[]): readonly RecordedLink[] =>
  events.flatMap((event) => {
    const link = identityLinkOf({ ...event, customer: subjectOf(event.stream) });
    return link === undefined ? [] : [{ ...link, position: event.position }];
  });

/** All links recorded in `after < position <= until`, in order of recording. Reads nothing but them. */
export const readLinks = async (
  log: EventLog,
  { after, until }: { readonly after?: Position; readonly until?: Position } = {},
): Promise<readonly RecordedLink[]> => {
  const links: RecordedLink[] = [];
  for await (const page of log.readAll({ after, until, types: LINK_TYPES, category: 'customer' }))
    links.push(...linksAmong(page));
  return links;
};

/**
 * An index of the links of a log, as yet empty: `refresh` reads them.
 *
 * @example
 * const identity = createIdentityIndex(log);
 * await identity.refresh();
 * identity.identities('c-17').survivorOf('c-17');
 */
export const createIdentityIndex = (log: EventLog): IdentityIndex => new LinkIndex(log);

class LinkIndex implements IdentityIndex {
  links = 0;
  position: Position | undefined;
  private readonly families = new Map<string, Family>();
  private readonly refreshing = new Mutex();

  constructor(private readonly log: EventLog) {}

  /** One refresh after another: no link may be taken in twice. */
  refresh(until?: Position): Promise<void> {
    return this.refreshing.runExclusive(async () => {
      const end = until ?? (await this.log.head());
      if (end === undefined || (this.position !== undefined && this.position >= end)) return;
      this.add(await readLinks(this.log, { after: this.position, until: end }), end);
    });
  }

  add(links: readonly RecordedLink[], position: Position): void {
    for (const link of links) this.addOne(link);
    this.position = position;
  }

  knows(customer: string): boolean {
    return this.families.has(customer);
  }

  connected(customer: string): readonly string[] {
    return this.families.get(customer)?.customers ?? [customer];
  }

  linksOf(customer: string): readonly RecordedLink[] {
    return this.families.get(customer)?.links ?? [];
  }

  identities(customer: string, view?: LinkView): Identities<RecordedLink> {
    const family = this.families.get(customer);
    if (family === undefined) return WITHOUT_LINKS;
    const { until, asOf, knownAt } = view ?? {};
    const links = until === undefined ? family.links : family.links.filter(({ position }) => position <= until);
    return asOf === undefined && knownAt === undefined
      ? identitiesAmong(family, links)
      : identitiesOf(links, { asOf, knownAt });
  }

  all(): readonly RecordedLink[] {
    return [...new Set(this.families.values())].flatMap((family) => family.links);
  }

  private addOne(link: RecordedLink): void {
    const own = this.familyOf(link.customer);
    const family = link.into === undefined ? own : this.connect(own, this.familyOf(link.into));
    family.links.push(link);
    family.identities.clear();
    this.links++;
  }

  private familyOf(customer: string): Family {
    const known = this.families.get(customer);
    if (known !== undefined) return known;
    const family: Family = { customers: [customer], links: [], identities: new Map() };
    this.families.set(customer, family);
    return family;
  }

  /** Makes one family of two. The larger takes in the smaller. */
  private connect(a: Family, b: Family): Family {
    if (a === b) return a;
    const [large, small] = a.customers.length >= b.customers.length ? [a, b] : [b, a];
    for (const customer of small.customers) {
      large.customers.push(customer);
      this.families.set(customer, large);
    }
    for (const link of small.links) large.links.push(link);
    return large;
  }
}

/** An index of the links that are in force at an instant, in a log as it was at a position. */
export const identityIndexAt = async (log: EventLog, position: Position, asOf: number): Promise<IdentityIndex> => {
  const index = createIdentityIndex(log);
  const links = await readLinks(log, { until: position });
  index.add(
    links.filter(({ occurredAt }) => occurredAt <= asOf),
    position,
  );
  return index;
};

/** An index of all links that a log holds now. For many questions keep it, and `refresh` it before each. */
export const openIdentityIndex = async (log: EventLog): Promise<IdentityIndex> => {
  const index = createIdentityIndex(log);
  await index.refresh();
  return index;
};
