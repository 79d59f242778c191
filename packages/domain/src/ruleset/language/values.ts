import type { RulesetProblemCode } from '../problem';
import type { KeyRule, NumberBounds, TextShape } from './shape';

/** What single values must be, in words. */

export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that carry a value; a key set to undefined is an absent key. */
export const keysOf = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value).filter((key) => value[key] !== undefined);

export const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

export const brokenRule = (rule: KeyRule, keys: readonly string[]): [RulesetProblemCode, string] | undefined => {
  const present = (names: readonly string[]) => names.filter((name) => keys.includes(name));
  if ('notTogether' in rule)
    return present(rule.notTogether).length === 2
      ? ['conflicting-keys', `${list(rule.notTogether)} exclude each other; keep one`]
      : undefined;
  if ('atLeastOne' in rule)
    return present(rule.atLeastOne).length === 0
      ? ['missing-key', `expected at least one of ${list(rule.atLeastOne)}`]
      : undefined;
  const count = present(rule.exactlyOne).length;
  if (count === 0) return ['missing-key', `expected one of ${list(rule.exactlyOne)}`];
  return count > 1 ? ['conflicting-keys', `${list(present(rule.exactlyOne))} exclude each other; keep one`] : undefined;
};

export const outOfBounds = (value: number, bounds: NumberBounds): boolean =>
  (bounds.integer === true && !Number.isInteger(value)) ||
  (bounds.atLeast !== undefined && value < bounds.atLeast) ||
  (bounds.above !== undefined && value <= bounds.above) ||
  (bounds.nonZero === true && value === 0);

/** What is wrong with a text, in words; undefined when nothing is. */
export const textProblem = (shape: TextShape, pattern: RegExp, value: unknown): string | undefined => {
  if (typeof value === 'string' && pattern.test(value)) return shape.check?.(value);
  const advice = typeof value === 'string' ? shape.advice?.(value) : undefined;
  return `expected ${shape.what}, got ${show(value)}${advice === undefined ? '' : `; ${advice}`}`;
};
