import fc from 'fast-check';
import { createRemembered } from './remembered';

test('what was put last is remembered, up to the count and the age, and nothing else', () => {
  const step = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), wait: fc.nat({ max: 40 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0;
      const remembered = createRemembered<number>({ count: 3, milliseconds: 100 }, () => now);
      const puts: { name: string; at: number; value: number }[] = [];
      for (const [value, { name, wait }] of steps.entries()) {
        now += wait;
        remembered.put(name, value);
        puts.push({ name, at: now, value });
        const last = [...new Map(puts.map((put) => [put.name, put])).values()].sort((a, b) => b.value - a.value);
        const kept = last.slice(0, 3).filter(({ at }) => now - at <= 100);
        for (const known of ['a', 'b', 'c', 'd', 'e', 'f'])
          expect(remembered.get(known)).toBe(kept.find((put) => put.name === known)?.value);
        expect(remembered.size).toBeLessThanOrEqual(3);
      }
      now += 101;
      for (const known of ['a', 'b', 'c', 'd', 'e', 'f']) expect(remembered.get(known)).toBeUndefined();
    }),
  );
});
