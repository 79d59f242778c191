import { boundDepth, type Json } from '@rapport/domain';

/** A number that JavaScript would write otherwise than it was sent, such as 1.10 or 89490200001234567801. */
export class Numeral {
  constructor(readonly source: string) {}

  /** Its place in JSON is the number as it was sent. */
  toJSON(): unknown {
    return (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON(this.source);
  }
}

/** JSON whose numbers have kept every digit. */
export type ExactJson = Json | Numeral | readonly ExactJson[] | { readonly [key: string]: ExactJson };

export type ExactObject = { readonly [key: string]: ExactJson };

/** A number stands after one of these marks, which most text in quotes does not have before its digits. */
const MAY_CHANGE = /(?:^|[:,[\s])(?:-0(?![.\d])|-?(?:[\d.]{16}|\d+\.\d*0(?!\d)|0\.000000|\d[\d.]*[eE]))/;

/** Whether a text may hold a number that JavaScript would write otherwise. */
const mayChange = (text: string): boolean => MAY_CHANGE.test(text);

const keepNumber = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? new Numeral(context.source)
    : value;

/**
 * JSON with numbers as they were sent: a number that JavaScript keeps as it is written, else a {@link Numeral}.
 *
 * @throws SyntaxError as JSON.parse does
 */
export const parseExact = (text: string): ExactJson => parseTrusted(boundDepth(text));

/** The same of JSON that no sender wrote, however deep it is. */
export const parseTrusted = (text: string): ExactJson =>
  mayChange(text) ? (JSON.parse(text, keepNumber) as ExactJson) : (JSON.parse(text) as Json);

export const isExactObject = (value: ExactJson | undefined): value is ExactObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral);

const countKeys = (value: ExactJson): number => {
  if (typeof value !== 'object' || value === null || value instanceof Numeral) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const one of Object.values(value)) count += countKeys(one);
  return count;
};

/** Every key of a text, and now and then something in a value that looks like one. */
const KEYS = /"\s*:/g;
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;

/** A key that stands twice in one object of a text, of which `JSON.parse` keeps the last without a word. */
export const doubledKey = (text: string, parsed: ExactJson): string | undefined => {
  if ((text.match(KEYS)?.length ?? 0) === countKeys(parsed)) return undefined;
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = token.slice(1, token.lastIndexOf('"'));
      const keys = open[open.length - 1];
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
};
