import * as E from 'fp-ts/Either';
import { parseDuration } from '../../time/duration';
import type { Shape, TextShape } from './shape';

/** The texts and numbers the language is made of. */

const text = (what: string, pattern: string): TextShape => ({ kind: 'text', what, pattern });

export const anyText = text('a text that is not empty', '\\S');

export const anId = text(
  'an id of letters, digits, "-", "_" and "." that starts with a letter or digit, such as "at-risk"',
  '^[A-Za-z0-9][A-Za-z0-9._-]*$',
);

export const aTypePattern = text(
  'a touchpoint type such as "order.completed", a family such as "order.*", or "*"',
  '^(\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$',
);

export const typePatterns: Shape = { kind: 'one-or-more', of: aTypePattern };

export const aTypeName = text(
  'the name of a touchpoint type such as "visit.booked"',
  '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+$',
);

export const aField = text('a field such as "data.total", "case.ageDays" or "metric.orders"', '^[^\\s.]+(\\.[^.]+)*$');

export const aLanguage = text('a language tag such as "en" or "vi"', '^[a-z]{2,3}(-[A-Za-z0-9]+)*$');

export const aMapKey = text('any value but "__proto__"', '^(?!__proto__$)');

export const aDuration: TextShape = {
  ...text(
    'an ISO 8601 duration of weeks, days, hours, minutes and seconds, longer than nothing, such as "P90D" or "PT4H"',
    '^(?=.*[1-9])P(?=.)([0-9]+(\\.[0-9]+)?W)?([0-9]+(\\.[0-9]+)?D)?(T(?=[0-9])([0-9]+(\\.[0-9]+)?H)?([0-9]+(\\.[0-9]+)?M)?([0-9]+(\\.[0-9]+)?S)?)?$',
  ),
  check: (duration) => {
    const parsed = parseDuration(duration);
    return E.isLeft(parsed) ? parsed.left : undefined;
  },
};

export const aNumber: Shape = { kind: 'number', what: 'a number' };

export const texts: Shape = { kind: 'record', keys: aLanguage, of: anyText, min: 1 };

export const weights: Shape = {
  kind: 'record',
  keys: anId,
  of: { kind: 'number', what: 'a weight: a number other than 0', nonZero: true },
  min: 1,
};
