/** How numbers and dates of a file are written, where that cannot be seen from the file. */
export interface ValueFormat {
  /** The decimal mark. Absent: a point, and no thousands marks; where a point may be either, it is asked for. */
  readonly decimal?: 'point' | 'comma';
  /** How dates such as 03/04/2026 are meant. Absent: they are asked for. */
  readonly dates?: 'dmy' | 'mdy';
}

const NUMERAL = /^ *([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,2}))? *$/;
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const GROUPED = {
  point: /^ *[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)? *$/,
  comma: /^ *[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)? *$/,
};

/** Whether a point may stand between thousands as well as before decimals: 1.234, 12.345.678. */
export const isEitherNumber = (text: string): boolean => /^ *[+-]?[1-9]\d{0,2}(?:\.\d{3})+ *$/.test(text);

/** Whether a number has a comma, which may stand before decimals or between thousands: 1,5 and 1.234,56 and 1,234.50. */
export const isCommaNumber = (text: string): boolean =>
  /^ *[+-]?(?:\d{1,3}(?:\.\d{3})*,\d+|\d+,\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?) *$/.test(text);

/** A number as it stands in a file, in the notation of JSON, every digit kept; undefined if it is not a number. */
export const numeralOf = (text: string, { decimal }: ValueFormat): string | undefined => {
  // Most numbers are written as JSON writes them.
  if (decimal !== 'comma' && PLAIN.test(text)) return text;
  let plain = text;
  if (decimal === 'comma') {
    if (!GROUPED.comma.test(text)) return undefined;
    plain = text.replaceAll('.', '').replace(',', '.');
  } else if (decimal === 'point' && GROUPED.point.test(text)) plain = text.replaceAll(',', '');
  const [, sign, digits, exponent] = NUMERAL.exec(plain) ?? [];
  if (digits === undefined) return undefined;
  const [whole = '', fraction = ''] = digits.split('.');
  const lead = whole.replace(/^0+(?=\d)/, '') || '0';
  const power = exponent === undefined ? '' : `e${Number(exponent)}`;
  return `${sign === '-' ? '-' : ''}${lead}${fraction === '' ? '' : `.${fraction}`}${power}`;
};

const ISO =
  /^ *(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)? *$/;
const DAY_MONTH = /^ *(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)? *$/;

/** Whether a date has two readings, with day and month exchanged: 03/04/2026, 3.4.2026 10:15. */
export const isDayMonth = (text: string): boolean => DAY_MONTH.test(text);

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();

const isTime = (hour: number, minute: number, second: number): boolean => hour < 24 && minute < 60 && second < 60;

/** A date or a date with time in RFC 3339: without time it is midnight, without offset UTC. Undefined if invalid. */
export const instantOf = (text: string, { dates }: ValueFormat): string | undefined => {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] =
      iso;
    if (!isDay(+year, +month, +day) || !isTime(+hour, +minute, +second)) return undefined;
    const [, side, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
    const zone = side === undefined ? 'Z' : `${side}${hours}:${minutes}`;
    return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`;
  }
  if (dates === undefined) return undefined;
  const [, first, second = '', year = '', hour = '0', minute = '00', seconds = '00'] = DAY_MONTH.exec(text) ?? [];
  if (first === undefined) return undefined;
  const [day, month] = dates === 'dmy' ? ([first, second] as const) : ([second, first] as const);
  if (!isDay(+year, +month, +day) || !isTime(+hour, +minute, +seconds)) return undefined;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:${seconds}Z`;
};
