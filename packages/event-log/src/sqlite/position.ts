import type { Position } from '../event-log';

const DIGITS = 14;

/** The position of the nth event (n from 1): hexadecimal of fixed width, so that `<` on strings is `<` on numbers. */
export const encodePosition = (n: number): Position => n.toString(16).padStart(DIGITS, '0') as Position;

const POSITION = /^[0-9a-f]{14}$/;

/** A text as a position, where it can be one of some log; undefined for any other text. */
export const parsePosition = (text: string): Position | undefined =>
  POSITION.test(text) ? (text as Position) : undefined;

/** The number behind a position. @throws RangeError when the string is not a position of this log. */
export const decodePosition = (position: string): number => {
  if (!POSITION.test(position)) {
    throw new RangeError(`'${position}' is not a position of this log. Pass one that the log gave, unchanged.`);
  }
  return Number.parseInt(position, 16);
};
