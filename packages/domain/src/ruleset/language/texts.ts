import * as E from 'fp-ts/Either';
import { durationAdvice, parseDuration } from '../../time/duration';
import type { Shape, TextShape } from './shape';

/** The texts and numbers the language is made of. */

const text = (name: string, what: string, pattern: string): TextShape => ({ kind: 'text', name, what, pattern });

export const anyText = text('text', 'a text that is not empty', '\\S');

/**
 * Letters and digits of any script, with the marks that belong to them; nothing that does not show. Composed, because
 * two ids that read the same are to be the same.
 */
export const anId: TextShape = {
  ...text(
    'id',
    'an id of letters and digits of any script, "-", "_" and "." that starts with a letter or digit, such as "at-risk"',
    '^(?!.*\\p{Default_Ignorable_Code_Point})[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._\\-]*$',
  ),
  check: (id) =>
    id === id.normalize('NFC')
      ? undefined
      : `expected an id in composed form (Unicode NFC), got "${id}" with letters and marks apart; type it again, or give it as "${id.normalize('NFC')}"`,
};

export const aTypePattern = text(
  'type pattern',
  'a touchpoint type such as "order.completed", a family such as "order.*", or "*"',
  '^(\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$',
);

export const typePatterns: Shape = { kind: 'one-or-more', of: aTypePattern };

export const aTypeName = text(
  'type name',
  'the name of a touchpoint type such as "visit.booked"',
  '^[a-z][A-Za-z0-9]*\\.[a-z][A-Za-z0-9]*$',
);

export const aField = text(
  'field',
  'a field such as "data.total", "case.ageDays" or "metric.orders"',
  '^[^\\s.]+(\\.[^.]+)*$',
);

export const aLanguage = text('language', 'a language tag such as "en" or "vi"', '^[a-z]{2,3}(-[A-Za-z0-9]+)*$');

export const aMapKey = text('value as text', 'any value but "__proto__"', '^(?!__proto__$)');

export const aDuration: TextShape = {
  ...text(
    'duration',
    'an ISO 8601 duration of weeks, days, hours, minutes and seconds, longer than nothing, such as "P90D" or "PT4H"',
    '^(?=.*[1-9])P(?=.)([0-9]+(\\.[0-9]+)?W)?([0-9]+(\\.[0-9]+)?D)?(T(?=[0-9])([0-9]+(\\.[0-9]+)?H)?([0-9]+(\\.[0-9]+)?M)?([0-9]+(\\.[0-9]+)?S)?)?$',
  ),
  check: (duration) => {
    const parsed = parseDuration(duration);
    return E.isLeft(parsed) ? parsed.left : undefined;
  },
  advice: durationAdvice,
};

export const aNumber: Shape = { kind: 'number', what: 'a number' };

export const texts: Shape = { kind: 'record', keys: aLanguage, of: anyText, min: 1 };

export const weights: Shape = {
  kind: 'record',
  keys: anId,
  of: { kind: 'number', what: 'a weight: a number other than 0', nonZero: true },
  min: 1,
};

/** The texts with a form of their own, for the reference. */
export const TEXTS: readonly TextShape[] = [anId, aDuration, aTypePattern, aTypeName, aField, aLanguage];
