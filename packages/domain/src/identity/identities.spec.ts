import fc from 'fast-check';
import { identitiesOf } from './identities';
import { type IdentityLink, identityLinkOf } from './identity-link';

let links = 0;
const at = (day: number) => ({ source: 'crm', id: `l${links++}`, occurredAt: day, recordedAt: day });
const merged = (customer: string, into: string, day = links): IdentityLink => ({ ...at(day), customer, into });
const unmerged = (customer: string, day = links): IdentityLink => ({ ...at(day), customer });

const CUSTOMERS = ['a', 'b', 'c', 'd', 'e'];
const customer = fc.constantFrom(...CUSTOMERS);

/** Links of few customers at few instants, so that they meet. */
const someLinks = fc
  .array(
    fc.record({
      customer,
      into: fc.option(customer, { nil: undefined }),
      occurredAt: fc.integer({ min: 0, max: 6 }),
      lateness: fc.integer({ min: 0, max: 5 }),
      source: fc.constantFrom('crm', 'shop'),
    }),
    { maxLength: 14 },
  )
  .map((items) =>
    items.map(
      ({ lateness, ...link }, i): IdentityLink => ({ ...link, id: `l${i}`, recordedAt: link.occurredAt + lateness }),
    ),
  );

const groups = (given: readonly IdentityLink[], view = {}) => identitiesOf(given, view).united;

describe('identities', () => {
  it('a customer stands alone until they are merged, and again once they are taken out', () => {
    expect(identitiesOf([]).survivorOf('a')).toBe('a');
    expect(identitiesOf([]).membersOf('a')).toEqual(['a']);
    const merge = merged('a', 'b', 1);
    const united = identitiesOf([merge]);
    expect([united.survivorOf('a'), united.survivorOf('b')]).toEqual(['b', 'b']);
    expect([united.membersOf('b'), united.membersOf('a')]).toEqual([['b', 'a'], []]);
    expect(united.mergeOf('a')).toBe(merge);
    expect(groups([merge, unmerged('a', 2)])).toEqual([]);
  });

  it('merges carry on: a customer who joins a merged one joins the survivor, and leaves with them', () => {
    const chain = [merged('a', 'b', 1), merged('b', 'c', 2)];
    expect(identitiesOf(chain).survivorOf('a')).toBe('c');
    expect(identitiesOf(chain).membersOf('c')).toEqual(['c', 'a', 'b']);
    expect(groups([...chain, unmerged('b', 3)])).toEqual([{ survivor: 'b', members: ['b', 'a'] }]);
  });

  it('a later merge of the same customer replaces the earlier', () => {
    const moved = identitiesOf([merged('a', 'b', 1), merged('a', 'c', 2)]);
    expect(moved.survivorOf('a')).toBe('c');
    expect(moved.membersOf('b')).toEqual(['b']);
  });

  it('a merge that would close a circle is ignored, whichever is recorded first', () => {
    const circle = [merged('a', 'b', 1), merged('b', 'c', 2), merged('c', 'a', 3), merged('d', 'd', 4)];
    expect(groups(circle)).toEqual([{ survivor: 'c', members: ['c', 'a', 'b'] }]);
    expect(groups([...circle].reverse())).toEqual(groups(circle));
    // The same customer elsewhere: into one of their own.
    expect(identitiesOf([merged('a', 'b', 1), merged('c', 'a', 2), merged('a', 'c', 3)]).survivorOf('c')).toBe('b');
  });

  it('as of an instant before a merge occurred, or as known before it was recorded, no customer is merged', () => {
    const late = { ...merged('a', 'b', 5), recordedAt: 9 };
    expect(identitiesOf([late], { asOf: 4 }).survivorOf('a')).toBe('a');
    expect(identitiesOf([late], { asOf: 5 }).survivorOf('a')).toBe('b');
    expect(identitiesOf([late], { knownAt: 8 }).survivorOf('a')).toBe('a');
    expect(identitiesOf([late], { knownAt: 9 }).survivorOf('a')).toBe('b');
  });

  it('order of arrival and duplicates change nothing', () => {
    fc.assert(
      fc.property(someLinks, fc.infiniteStream(fc.nat()), (given, random) => {
        const next = () => random.next().value as number;
        const shuffled = given
          .flatMap((link) => (next() % 3 === 0 ? [link, { ...link }] : [link]))
          .map((link) => ({ link, key: next() }))
          .sort((a, b) => a.key - b.key)
          .map(({ link }) => link);
        expect(groups(shuffled)).toEqual(groups(given));
      }),
      { numRuns: 300 },
    );
  });

  it('every customer belongs to exactly one survivor, who is a member of no other', () => {
    fc.assert(
      fc.property(someLinks, (given) => {
        const identities = identitiesOf(given);
        for (const one of CUSTOMERS) {
          const survivor = identities.survivorOf(one);
          expect(identities.survivorOf(survivor)).toBe(survivor);
          expect(identities.membersOf(survivor)).toContain(one);
          expect(identities.mergeOf(one) === undefined).toBe(survivor === one);
        }
        const members = CUSTOMERS.flatMap((one) => identities.membersOf(one));
        expect([...members].sort()).toEqual(CUSTOMERS);
      }),
      { numRuns: 300 },
    );
  });

  it('a view is what its links alone give, and an unmerge at the end undoes a merge', () => {
    fc.assert(
      fc.property(someLinks, fc.integer({ min: 0, max: 11 }), customer, customer, (given, instant, a, b) => {
        const of = (keep: (link: IdentityLink) => boolean) => groups(given.filter(keep));
        expect(groups(given, { asOf: instant })).toEqual(of(({ occurredAt }) => occurredAt <= instant));
        expect(groups(given, { knownAt: instant })).toEqual(of(({ recordedAt }) => recordedAt <= instant));
        if (identitiesOf(given).mergeOf(a) !== undefined) return;
        expect(groups([...given, merged(a, b, 20), unmerged(a, 21)])).toEqual(groups(given));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a link', () => {
  const touchpoint = { source: 'crm', id: '1', customer: 'a', occurredAt: 1, recordedAt: 2 };
  const link = { source: 'crm', id: '1', customer: 'a', occurredAt: 1, recordedAt: 2 };

  it('is what a merge or its undoing says', () => {
    expect(identityLinkOf({ ...touchpoint, type: 'customer.merged', data: { into: 'b', reason: 'x' } })).toEqual({
      ...link,
      into: 'b',
    });
    expect(identityLinkOf({ ...touchpoint, type: 'customer.unmerged', data: {} })).toEqual(link);
  });

  it('is nothing else, nor a merge without a survivor', () => {
    expect(identityLinkOf({ ...touchpoint, type: 'customer.erased', data: {} })).toBeUndefined();
    expect(identityLinkOf({ ...touchpoint, type: 'customer.merged', data: { into: 7 } })).toBeUndefined();
  });
});
