/** Longest customer id, touchpoint id, source or id in data, in UTF-16 code units. */
export const MAX_ID_LENGTH = 512;

const UNSAFE_IN_TEXT = /[\0\p{Surrogate}]/u;
/** Control characters, line and paragraph separators, lone surrogates: invisible or without a UTF-8 form. */
const UNSAFE_IN_ID = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u;

/** Text that every store can keep: PostgreSQL refuses NUL, UTF-8 has no lone surrogates. */
export const isText = (input: unknown): input is string => typeof input === 'string' && !UNSAFE_IN_TEXT.test(input);

/** Whether it can name a customer, a touchpoint, an order: 1 to 512 characters, all of them visible. */
export const isIdentifier = (input: unknown): input is string =>
  typeof input === 'string' && input.length > 0 && input.length <= MAX_ID_LENGTH && !UNSAFE_IN_ID.test(input);

/** Why a text cannot be an id, in words; undefined when it can. */
export const identifierFault = (input: string): string | undefined => {
  if (input.length === 0) return 'an empty text';
  if (input.length > MAX_ID_LENGTH) return `${input.length} characters`;
  if (UNSAFE_IN_TEXT.test(input) && !input.includes('\0')) return 'a lone surrogate';
  return UNSAFE_IN_ID.test(input) ? 'a control character or line break' : undefined;
};
