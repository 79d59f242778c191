import { memoryEventLog, type RecordedEvent, relationshipStream } from '@rapport/event-log';
import { isAfter } from './cursor-order';
import { DecisionCache } from './decision-cache';

/** Decisions 1 to `count` about customer `a`, as a log records them. */
const recorded = async (count: number): Promise<readonly RecordedEvent[]> => {
  const log = memoryEventLog();
  const ruleset = { name: 'retail', version: 1, hash: 'abc' };
  for (let sequence = 1; sequence <= count; sequence++) {
    const asOf = '2026-01-01T00:00:00.000Z';
    const data = { signal: 'at-risk', cause: 'time', ruleset, sequence, foldedUpTo: 'a', asOf };
    const event = { source: 'rapport', id: `a-${sequence}`, type: 'relationship.signalRaised', occurredAt: 0, data };
    await log.append(relationshipStream('a'), 'any', [event]);
  }
  const events: RecordedEvent[] = [];
  for await (const page of log.readAll()) events.push(...page);
  return events;
};

const every = (): boolean => true;

test('holds what was added last, at least its capacity and at most twice as much', async () => {
  const events = await recorded(25);
  const cache = new DecisionCache(undefined, 5);
  for (const [index, event] of events.entries()) {
    cache.add([event]);
    const held = cache.read(cache.startsAfter, every, 100).changes.length;
    expect(held).toBeGreaterThanOrEqual(Math.min(index + 1, 5));
    expect(held).toBeLessThanOrEqual(10);
  }
  expect(cache.seen).toBe(events.at(-1)?.position);
});

test('gives from every cursor that it covers exactly what lies after it, and says which it does not cover', async () => {
  const events = await recorded(30);
  const cache = new DecisionCache(events[3].position, 8);
  for (const event of events.slice(4)) cache.add([event]);
  expect(cache.covers(undefined)).toBe(false);
  for (const [index, { position }] of events.entries()) {
    expect(cache.covers(position)).toBe(!isAfter(cache.startsAfter, position));
    expect(cache.isAhead(position)).toBe(index < events.length - 1);
    if (!cache.covers(position)) continue;
    const { changes, cursor } = cache.read(position, every, 100);
    expect(changes.map(({ event }) => event.id)).toEqual(events.slice(index + 1).map(({ id }) => id));
    expect(cursor).toBe(events.at(-1)?.position);
  }
});

test('a page ends with the last change that it has room for, and where nothing matches with what was seen', async () => {
  const events = await recorded(6);
  const cache = new DecisionCache(undefined);
  cache.add(events);
  const page = cache.read(undefined, ({ sequence }) => sequence % 2 === 0, 2);
  expect(page.changes.map(({ event }) => event.id)).toEqual(['a-2', 'a-4']);
  expect(page.cursor).toBe(events[3].position);
  expect(cache.read(undefined, () => false, 2)).toEqual({ changes: [], cursor: events[5].position });
});

test('finds a decision by its cursor, and only one that it holds', async () => {
  const events = await recorded(12);
  const cache = new DecisionCache(undefined, 3);
  for (const event of events) cache.add([event]);
  const held = events.filter(({ position }) => isAfter(position, cache.startsAfter));
  expect(held.length).toBeGreaterThan(0);
  for (const event of events)
    expect(cache.find(event.position)?.event.id).toBe(held.includes(event) ? event.id : undefined);
});

test('an empty cache of an empty log covers everything and has seen nothing', () => {
  const cache = new DecisionCache(undefined);
  expect(cache.covers(undefined)).toBe(true);
  expect(cache.read(undefined, every, 1)).toEqual({ changes: [], cursor: undefined });
});
