import fc from 'fast-check';
import { awake, DAY, HOUR, monthsBefore, office } from './calendar';
import { randomOf } from './random';

const instants = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });

test('24 months before July 2026 begins July 2024', () => {
  expect(monthsBefore(Date.UTC(2026, 6, 1), 24)).toBe(Date.UTC(2024, 6, 1));
  expect(monthsBefore(Date.UTC(2026, 0, 15, 12), 1)).toBe(Date.UTC(2025, 11, 15, 12));
});

test('office time is a weekday between 8 and 18, at or after the instant, and within four days', () => {
  fc.assert(
    fc.property(instants, fc.integer(), (instant, seed) => {
      const at = office(instant, randomOf(seed, 1));
      const date = new Date(at);
      expect([1, 2, 3, 4, 5]).toContain(date.getUTCDay());
      expect(date.getUTCHours()).toBeGreaterThanOrEqual(8);
      expect(date.getUTCHours()).toBeLessThan(18);
      expect(at - instant).toBeGreaterThanOrEqual(0);
      expect(at - instant).toBeLessThan(4 * DAY);
    }),
  );
});

test('nobody shops between 23:00 and 7:00, and nobody is moved backwards', () => {
  fc.assert(
    fc.property(instants, fc.integer(), (instant, seed) => {
      const at = awake(instant, randomOf(seed, 1));
      expect(new Date(at).getUTCHours()).toBeGreaterThanOrEqual(7);
      expect(new Date(at).getUTCHours()).toBeLessThan(23);
      expect(at - instant).toBeGreaterThanOrEqual(0);
      expect(at - instant).toBeLessThan(12 * HOUR);
    }),
  );
});
