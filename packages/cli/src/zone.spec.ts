import fc from 'fast-check';
import { right } from 'fp-ts/Either';
import { localTime, offsetAt, parseTyped, useZone, zoneName } from './zone';

afterEach(() => useZone(undefined, ''));

const at = (text: string): number => Date.parse(text);

test('UTC where no zone is named', () => {
  expect(zoneName()).toBe('UTC');
  expect(parseTyped('2026-03-31')).toEqual(right(at('2026-03-31T23:59:59.999Z')));
  expect([localTime(at('2026-03-31T10:00:09.5Z')), offsetAt(0)]).toEqual(['2026-03-31T10:00:09', 'UTC']);
});

test.each([
  ['Asia/Ho_Chi_Minh', '2026-03-31', '2026-03-31T16:59:59.999Z'],
  ['America/Los_Angeles', '2026-12-31', '2027-01-01T07:59:59.999Z'],
  ['Asia/Kathmandu', '2026-06-30', '2026-06-30T18:14:59.999Z'],
  // The days of 23 and of 25 hours.
  ['Europe/Berlin', '2026-03-28', '2026-03-28T22:59:59.999Z'],
  ['Europe/Berlin', '2026-03-29', '2026-03-29T21:59:59.999Z'],
  ['Europe/Berlin', '2026-10-24', '2026-10-24T21:59:59.999Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-25T22:59:59.999Z'],
  // Clocks are put forward at midnight, which then does not come, and back to midnight, which comes twice.
  ['Africa/Cairo', '2026-04-23', '2026-04-23T21:59:59.999Z'],
  ['America/Havana', '2026-10-31', '2026-11-01T03:59:59.999Z'],
  ['America/Havana', '2026-11-01', '2026-11-02T04:59:59.999Z'],
  // Samoa had no 30 December 2011: it ends with the day before.
  ['Pacific/Apia', '2011-12-29', '2011-12-30T09:59:59.999Z'],
  ['Pacific/Apia', '2011-12-30', '2011-12-30T09:59:59.999Z'],
  ['UTC', '2026-03-31', '2026-03-31T23:59:59.999Z'],
])('in %s the day %s ends at %s', (zone, date, end) => {
  useZone(zone, '--tz');
  expect(parseTyped(date)).toEqual(right(at(end)));
});

test('a day of any zone that is typed is the day that is printed, to its last second', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe', 'Asia/Tehran');
  const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(zone, date, (name, instant) => {
      useZone(name, '--tz');
      const day = localTime(instant.getTime()).slice(0, 10);
      const end = parseTyped(day) as { right: number };
      expect(localTime(end.right)).toBe(`${day}T23:59:59`);
      expect(end.right).toBeGreaterThanOrEqual(Math.floor(instant.getTime() / 1000) * 1000);
      expect(localTime(end.right + 1).slice(0, 10) > day).toBe(true);
    }),
  );
});

test('an instant with an offset is what it says in every zone', () => {
  useZone('Asia/Tokyo', '--tz');
  expect(parseTyped('2026-03-31T10:00:00+02:00')).toEqual(right(at('2026-03-31T08:00:00Z')));
  expect(offsetAt(at('2026-03-31T08:00:00Z'))).toBe('+09:00');
});

test.each(['2026-02-30', 'yesterday', '2026-03-31T10:00:00'])('%s is refused in every zone', (text) => {
  useZone('Asia/Tokyo', '--tz');
  expect(parseTyped(text)._tag).toBe('Left');
});

test('local is the zone of the machine; what is no zone is refused by its place', () => {
  useZone('local', '--tz');
  expect(zoneName()).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  expect(() => useZone('Mars/Olympus', 'RAPPORT_TZ')).toThrow(/^RAPPORT_TZ: there is no time zone "Mars\/Olympus"/);
});
