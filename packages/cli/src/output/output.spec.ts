import { bar, gauge } from './bar';
import { away, day, elapsed, minute, shortSpan, span } from './instants';
import { counted, measure, percent, signed, whole } from './numbers';
import { plain, shorten, styleFor } from './style';
import { table } from './table';

const DAY = 86_400_000;
const ESC = String.fromCharCode(27);
const dim = (text: string) => text;

describe('bars', () => {
  it('are as long as the share, to the eighth of a character', () => {
    expect(bar(0.5, 10)).toBe('█████');
    expect(bar(0.55, 10)).toBe('█████▌');
    expect(bar(1, 4)).toBe('████');
  });
  it('show whatever is more than nothing, and nothing as nothing', () => {
    expect(bar(0.000_1, 10)).toBe('▏');
    expect(bar(0, 10)).toBe('');
  });
  it('do not leave their scale', () => {
    expect(bar(7, 4)).toBe('████');
    expect(bar(-1, 4)).toBe('');
    expect(bar(Number.NaN, 4)).toBe('');
  });
  it('fill the scale of a gauge', () => {
    expect(gauge(0.5, 6, dim)).toBe('███···');
    expect(gauge(1, 3, dim)).toBe('███');
  });
});

describe('instants', () => {
  const instant = Date.UTC(2026, 2, 1, 12, 5, 59);
  it('are told in UTC', () => {
    expect(day(instant)).toBe('2026-03-01');
    expect(minute(instant)).toBe('2026-03-01 12:05');
  });
  it.each([
    [1_000, '1 second'],
    [45 * 60_000, '45 minutes'],
    [3 * 3_600_000, '3 hours'],
    [DAY * 1.6, '2 days'],
    [DAY * 100, '3 months'],
    [DAY * 800, '2 years'],
  ])('%d ms are %s', (milliseconds, words) => expect(span(milliseconds)).toBe(words));
  it('lie before or after another', () => {
    expect(away(instant - 3 * DAY, instant)).toBe('3 days ago');
    expect(away(instant + 3 * DAY, instant)).toBe('in 3 days');
    expect(away(instant - 3 * DAY, instant, 'vi')).toBe('3 ngày trước');
  });
  it('fit into a narrow column', () => {
    expect([45 * 60_000, 8 * 3_600_000, 3 * DAY].map(shortSpan)).toEqual(['45 min', '8 h', '3 d']);
  });
  it('say how long work took', () => {
    expect(elapsed(1234)).toBe('1.2 s');
    expect(elapsed(125_000)).toBe('2 min 5 s');
  });
});

describe('numbers', () => {
  it('have separators', () => expect(whole(1_234_567)).toBe('1,234,567'));
  it.each([
    [42, '42'],
    [12.345, '12.3'],
    [0.8349, '0.83'],
    [2.5, '2.5'],
    [12_345.6, '12,346'],
    [Number.POSITIVE_INFINITY, '∞'],
    [null, '–'],
  ])('measure %p reads %s', (value, text) => expect(measure(value)).toBe(text));
  it('keep a digit of small shares', () => {
    expect(percent(0.5)).toBe('50 %');
    expect(percent(0.003)).toBe('0.3 %');
    expect(percent(0)).toBe('0 %');
  });
  it('carry their sign, but zero has none', () => {
    expect(signed(3.14)).toBe('+3.1');
    expect(signed(-0.5)).toBe('−0.5');
    expect(signed(-0.01)).toBe('0.0');
  });
  it('agree with their noun', () => {
    expect(counted(1, 'customer')).toBe('1 customer');
    expect(counted(2000, 'customer')).toBe('2,000 customers');
  });
});

describe('texts from data', () => {
  it('cannot steer the terminal', () => {
    expect(plain(`a${ESC}[2Jb\nc\u202ed`)).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
    expect(plain('Nguyễn 東京 ✓')).toBe('Nguyễn 東京 ✓');
  });
  it('are cut with an ellipsis', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('abcd', 4)).toBe('abcd');
  });
});

describe('colours', () => {
  const coloured = (stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv) =>
    styleFor(stream, environment).red('x') !== 'x';
  it('are for terminals', () => {
    expect(coloured({ isTTY: true }, {})).toBe(true);
    expect(coloured({}, {})).toBe(false);
    expect(coloured({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  });
  it('are off under NO_COLOR and on under FORCE_COLOR', () => {
    expect(coloured({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(coloured({}, { FORCE_COLOR: '1' })).toBe(true);
    expect(coloured({}, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

describe('tables', () => {
  it('are columns two spaces apart, numbers to the right, without trailing blanks', () => {
    const text = table(
      [{ title: 'stage' }, { title: 'n', align: 'right' }, { title: '' }],
      [
        ['loyal', '7', '██'],
        ['attract', '120', ''],
      ],
    );
    expect(text.split('\n')).toEqual(['stage      n', 'loyal      7  ██', 'attract  120']);
  });
  it('measure cells as the terminal shows them', () => {
    const text = table(
      [{ title: '' }, { title: '' }],
      [
        [`${ESC}[31mab${ESC}[39m`, '1'],
        ['東京', '2'],
      ],
    );
    expect(text.split('\n')).toEqual([`${ESC}[31mab${ESC}[39m    1`, '東京  2']);
  });
  it('wrap what is wider than its column', () => {
    expect(table([{ title: '', width: 8 }], [['one two three']]).split('\n')).toEqual(['one two', 'three']);
  });
  it('are indented when asked', () => expect(table([{ title: '' }], [['a']], { indent: 2 })).toBe('  a'));
});
