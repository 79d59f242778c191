import type { Errors, ValidationError } from 'io-ts';
import { InexactNumber } from '../exact-json';

/** What is wrong with one field of a touchpoint, for the person who wrote it. */
export interface TouchpointProblem {
  /** The field as the sender calls it: `time`, `data.items[0].price`; empty for the whole. */
  readonly field: string;
  /** What was expected, e.g. `a number of at least 0`. */
  readonly expected: string;
  /** What stood there as JSON, shortened; `nothing` when it is missing. */
  readonly got: string;
  /** All of it in one sentence. */
  readonly message: string;
}

/** Of a thousand bad items only the first ones are reported; the others are not even made. */
export const MAX_PROBLEMS = 20;

const SHOWN = 60;
/** Senders may name fields as they like; a message stays readable. */
const LONGEST_FIELD = 200;

const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `${JSON.stringify(value.slice(0, SHOWN))}${value.length > SHOWN ? '…' : ''}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof InexactNumber) return value.text.slice(0, SHOWN);
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value).slice(0, SHOWN);
};

/** `hint` says what to do about it. */
export const problem = (field: string, expected: string, value: unknown, hint?: string): TouchpointProblem =>
  problemWith(field, expected, show(value), hint ?? (value instanceof InexactNumber ? AS_TEXT : undefined));

const AS_TEXT = 'It has more digits than a number keeps here; send it as text, in quotation marks.';

/** As {@link problem}, where what was got is already in words. */
export const problemWith = (name: string, expected: string, got: string, hint?: string): TouchpointProblem => {
  const field = name.length > LONGEST_FIELD ? `${name.slice(0, LONGEST_FIELD)}…` : name;
  const place = field === '' ? '' : `${field}: `;
  return {
    field,
    expected,
    got,
    message: `${place}expected ${expected}, got ${got}${hint === undefined ? '' : `. ${hint}`}`,
  };
};

/** `data.items[0].price` from the way io-ts went. */
const pathOf = ({ context }: ValidationError): string =>
  context.reduce(
    (path, { key }, i) =>
      i === 0 ? path : Array.isArray(context[i - 1]?.actual) ? `${path}[${key}]` : `${path}.${key}`,
    'data',
  );

/** The first problems, in words. */
export const problemsOfData = (errors: Errors): readonly TouchpointProblem[] =>
  errors.slice(0, MAX_PROBLEMS).map((error) => {
    const expected = error.context.at(-1)?.type.name ?? 'something else';
    return problem(pathOf(error), expected, error.value);
  });
