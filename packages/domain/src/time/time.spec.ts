import { isLeft, isRight, left, right } from 'fp-ts/Either';
import { parseDuration } from './duration';
import { DAY, formatInstant, parseInstant, parseInstantOrDay } from './instant';

describe('an instant', () => {
  it.each([
    ['2026-03-01T12:00:00Z', Date.UTC(2026, 2, 1, 12)],
    ['2026-03-01T12:00:00+07:00', Date.UTC(2026, 2, 1, 5)],
    ['2026-03-01t12:00:00.5-00:30', Date.UTC(2026, 2, 1, 12, 30, 0, 500)],
    ['2026-03-01T12:00:00.123456789Z', Date.UTC(2026, 2, 1, 12, 0, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1) - 1],
    ['2016-12-31T23:59:60.25Z', Date.UTC(2017, 0, 1) - 1],
    ['2016-12-31T15:59:60-08:00', Date.UTC(2017, 0, 1) - 1],
    ['2017-01-01T08:59:60+09:00', Date.UTC(2017, 0, 1) - 1],
  ])('is read from %s', (text, expected) => {
    expect(parseInstant(text)).toEqual(right(expected));
  });

  it.each([
    '2026-03-01T12:00:00',
    '2026-03-01',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:00:60Z',
    '2016-12-31T23:59:61Z',
    '2016-12-31T23:59:60-08:00',
    'yesterday',
    '',
  ])('is not read from "%s", and the message repeats it', (text) => {
    const parsed = parseInstant(text);
    expect(isLeft(parsed) && parsed.left).toContain(`"${text}"`);
  });

  it('of a day is its last millisecond in UTC', () => {
    expect(parseInstantOrDay('2011-06-30')).toEqual(right(Date.UTC(2011, 5, 30) + DAY - 1));
    expect(isLeft(parseInstantOrDay('2011-06-31'))).toBe(true);
  });

  it('is written as it is read', () => {
    expect(parseInstant(formatInstant(1_772_341_200_123))).toEqual(right(1_772_341_200_123));
  });
});

describe('a duration', () => {
  it.each([
    ['P90D', 90 * DAY],
    ['P2W', 14 * DAY],
    ['P1DT12H', 1.5 * DAY],
    ['PT4H', 4 * 3_600_000],
    ['PT0.5S', 500],
    ['P1W1DT1H1M1S', 8 * DAY + 3_661_000],
  ])('is read from %s', (text, expected) => {
    expect(parseDuration(text)).toEqual(right(expected));
  });

  it.each([
    ['P1M', 'write days, such as P30D'],
    ['P1Y', 'write days, such as P365D'],
    ['P1Y6M', 'such as P545D'],
    ['P3MT12H', 'such as P90DT12H'],
    ['p1m', 'such as P30D'],
    ['P4H', 'behind a T: write PT4H'],
    ['P1D4H30M', 'write P1DT4H30M'],
    ['90D', 'write P90D'],
    ['90 days', 'write P90D'],
    ['4h', 'write PT4H'],
    ['2 weeks', 'write P2W'],
    ['30min', 'write PT30M'],
    ['p30d', 'write P30D'],
  ])('is not read from "%s", with the advice to %s', (text, advice) => {
    expect(parseDuration(text)).toEqual(left(expect.stringContaining(advice)));
    const [written] = /P\S+$/.exec(advice)!;
    expect(isRight(parseDuration(written))).toBe(true);
  });

  it.each(['P1M', 'P1Y', 'P', 'PT', 'P1DT', '90D', 'P-1D', 'P0D', ''])('is not read from "%s"', (text) => {
    expect(isRight(parseDuration(text))).toBe(false);
    if (text !== 'P0D') expect(parseDuration(text)).toEqual(left(expect.stringContaining('ISO 8601')));
  });
});
