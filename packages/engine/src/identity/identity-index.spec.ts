import type { JsonObject } from '@rapport/domain';
import { type EventLog, memoryEventLog, type Position } from '@rapport/event-log';
import { createIdentityIndex, openIdentityIndex } from './identity-index';

let log: EventLog;
beforeEach(() => {
  log = memoryEventLog();
});

let events = 0;
const append = async (customer: string, into?: string): Promise<Position> => {
  const type = into === undefined ? 'customer.unmerged' : 'customer.merged';
  const data: JsonObject = into === undefined ? {} : { into };
  const event = {
    source: 'crm',
    id: String(events++),
    type,
    occurredAt: events,
    data,
  };
  await log.append(`customer-${customer}`, 'any', [event]);
  return (await log.head()) as Position;
};

it('an index that is kept follows the log, and reads each link once however often it is asked', async () => {
  const index = await openIdentityIndex(log);
  expect([index.links, index.position, index.knows('a')]).toEqual([0, undefined, false]);
  await append('a', 'b');
  await Promise.all([index.refresh(), index.refresh(), index.refresh()]);
  expect(index.links).toBe(1);
  expect(index.identities('a').survivorOf('a')).toBe('b');
  await append('b', 'c');
  await append('x', 'y');
  expect(index.identities('a').survivorOf('a')).toBe('b');
  await index.refresh();
  expect(index.identities('a').survivorOf('a')).toBe('c');
  expect([...index.connected('b')].sort()).toEqual(['a', 'b', 'c']);
  expect(index.identities('a').membersOf('c')).toEqual(['c', 'a', 'b']);
  expect(index.identities('stranger').membersOf('stranger')).toEqual(['stranger']);
  expect(index.position).toBe(await log.head());
});

it('reads up to a position, and answers as of one', async () => {
  const first = await append('a', 'b');
  await append('a');
  const index = createIdentityIndex(log);
  await index.refresh(first);
  expect(index.identities('a').survivorOf('a')).toBe('b');
  await index.refresh();
  expect(index.identities('a').survivorOf('a')).toBe('a');
  expect(index.identities('a', { until: first }).survivorOf('a')).toBe('b');
});

it('a reading that fails is not the last', async () => {
  await append('a', 'b');
  let failing = true;
  const index = createIdentityIndex({
    ...log,
    head: async () => {
      if (failing) throw new Error('the disk is gone');
      return log.head();
    },
  });
  await expect(index.refresh()).rejects.toThrow('the disk is gone');
  failing = false;
  await index.refresh();
  expect(index.links).toBe(1);
});

it('of staff and other streams nothing is a link', async () => {
  await log.append('staff-a', 'any', [
    { source: 'hr', id: 's', type: 'customer.merged', occurredAt: 1, data: { into: 'b' } },
  ]);
  expect((await openIdentityIndex(log)).links).toBe(0);
});
