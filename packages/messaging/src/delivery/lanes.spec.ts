import type { Position } from '@rapport/event-log';
import fc from 'fast-check';
import { createLanes } from './lanes';
import type { WaitingDelivery } from './waiting-delivery';

const delivery = (customer: string, n: number, nextAttemptAt?: number): WaitingDelivery => ({
  id: `${n}`,
  customer,
  type: 'relationship.stageChanged.v1',
  cursor: n.toString(16).padStart(14, '0') as Position,
  status: 'waiting',
  stored: false,
  tries: 0,
  nextAttemptAt,
  attempts: [],
});

test('a customer has one delivery under way at most, and her deliveries go in order', () => {
  const step = fc.record({
    action: fc.constantFrom('add', 'next', 'settle', 'fail', 'pass' as const),
    customer: fc.constantFrom('a', 'b', 'c'),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lanes = createLanes();
      const underWay: WaitingDelivery[] = [];
      const ended = new Map<string, number>();
      let [added, settled, now] = [0, 0, 0];
      for (const { action, customer, pick } of steps) {
        if (action === 'add') lanes.add(delivery(customer, ++added));
        if (action === 'pass') lanes.rouse(++now);
        if (action === 'next') {
          const next = lanes.next();
          if (next === undefined) continue;
          expect(underWay.map((one) => one.customer)).not.toContain(next.customer);
          expect(next.nextAttemptAt ?? 0).toBeLessThanOrEqual(now);
          underWay.push(next);
        }
        if ((action !== 'settle' && action !== 'fail') || underWay.length === 0) continue;
        const [one] = underWay.splice(pick % underWay.length, 1);
        if (action === 'fail') {
          one.nextAttemptAt = now + 1 + (pick % 3);
          lanes.putBack(one);
          continue;
        }
        expect(Number(one.id)).toBeGreaterThan(ended.get(one.customer) ?? 0);
        ended.set(one.customer, Number(one.id));
        lanes.settle(one);
        settled++;
      }
      expect(lanes.size).toBe(added - settled);
    }),
  );
});

test('what waits for its next attempt holds up its customer alone', () => {
  const lanes = createLanes();
  for (const one of [delivery('a', 1, 100), delivery('a', 2), delivery('b', 3)]) lanes.add(one);
  expect(lanes.next()?.id).toBe('3');
  expect(lanes.next()).toBeUndefined();
  expect(lanes.rouse(99)).toBe(100);
  expect(lanes.next()).toBeUndefined();
  expect(lanes.rouse(100)).toBeUndefined();
  expect(lanes.next()?.id).toBe('1');
});

test('an older delivery that comes back goes before newer ones, but not before the one under way', () => {
  const lanes = createLanes();
  const newer = delivery('a', 5);
  lanes.add(newer);
  lanes.add(delivery('a', 6));
  expect(lanes.next()).toBe(newer);
  lanes.add(delivery('a', 2));
  expect(lanes.of('a').map(({ id }) => id)).toEqual(['5', '2', '6']);
  lanes.settle(newer);
  expect(lanes.next()?.id).toBe('2');
});
