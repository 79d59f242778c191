import type { Position } from '@rapport/event-log';
import fc from 'fast-check';
import { CustomerQueues } from './customer-queues';
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

const newQueues = () => new CustomerQueues((cursor, other) => (cursor ?? '') > (other ?? ''));

test('a customer has one delivery under way at most, and their deliveries go in order', () => {
  const step = fc.record({
    action: fc.constantFrom('add', 'next', 'settle', 'fail', 'pass' as const),
    customer: fc.constantFrom('a', 'b', 'c'),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queues = newQueues();
      const underWay: WaitingDelivery[] = [];
      const ended = new Map<string, number>();
      let [added, settled, now] = [0, 0, 0];
      for (const { action, customer, pick } of steps) {
        if (action === 'add') queues.add(delivery(customer, ++added));
        if (action === 'pass') queues.releaseDue(++now);
        if (action === 'next') {
          const next = queues.next();
          if (next === undefined) continue;
          expect(underWay.map((one) => one.customer)).not.toContain(next.customer);
          expect(next.nextAttemptAt ?? 0).toBeLessThanOrEqual(now);
          underWay.push(next);
        }
        if ((action !== 'settle' && action !== 'fail') || underWay.length === 0) continue;
        const [one] = underWay.splice(pick % underWay.length, 1);
        if (action === 'fail') {
          one.nextAttemptAt = now + 1 + (pick % 3);
          queues.putBack(one);
          continue;
        }
        expect(Number(one.id)).toBeGreaterThan(ended.get(one.customer) ?? 0);
        ended.set(one.customer, Number(one.id));
        queues.settle(one);
        settled++;
      }
      expect(queues.size).toBe(added - settled);
    }),
  );
});

test('what waits for its next attempt holds up its customer alone', () => {
  const queues = newQueues();
  for (const one of [delivery('a', 1, 100), delivery('a', 2), delivery('b', 3)]) queues.add(one);
  expect(queues.next()?.id).toBe('3');
  expect(queues.next()).toBeUndefined();
  expect(queues.releaseDue(99)).toBe(100);
  expect(queues.next()).toBeUndefined();
  expect(queues.releaseDue(100)).toBeUndefined();
  expect(queues.next()?.id).toBe('1');
});

test('an older delivery that comes back goes before newer ones, but not before the one under way', () => {
  const queues = newQueues();
  const newer = delivery('a', 5);
  queues.add(newer);
  queues.add(delivery('a', 6));
  expect(queues.next()).toBe(newer);
  queues.add(delivery('a', 2));
  expect(queues.of('a').map(({ id }) => id)).toEqual(['5', '2', '6']);
  queues.settle(newer);
  expect(queues.next()?.id).toBe('2');
});
