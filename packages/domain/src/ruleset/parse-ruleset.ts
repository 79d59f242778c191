import * as E from 'fp-ts/Either';
import type { Document, LineCounter } from 'yaml';
import { isKept } from '../exact-json';
import { crowded, tooDeep } from './bounded-yaml';
import { decodeRuleset } from './decode-ruleset';
import type { RulesetProblem } from './problem';
import type { Ruleset } from './ruleset';

/** Loaded when a text is read, not at every start of every command. */
const yaml = (): typeof import('yaml') => require('yaml');

export interface RulesetText {
  readonly format: 'yaml' | 'json';
}

/** Ten times the largest we know; a text is read while others wait. */
const MAX_LENGTH = 262_144;

/** Mistakes after the first ones in a text mostly follow from them. */
const MAX_SYNTAX_PROBLEMS = 5;

/** Line and column in a text, both from 1. */
interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const syntaxProblem = (message: string, at?: TextPosition): RulesetProblem => ({
  path: '',
  severity: 'error',
  code: 'syntax',
  message,
  ...(at && { line: at.line, column: at.column }),
});

const syntax = (message: string, at?: TextPosition): E.Either<readonly RulesetProblem[], never> =>
  E.left([syntaxProblem(message, at)]);

const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The key itself, for problems that are about the key and not its value. */
const keyNode = (document: Document, segments: readonly string[]): unknown => {
  const { isMap, isScalar } = yaml();
  const parent = document.getIn(segments.slice(0, -1), true);
  const key = segments.at(-1);
  return isMap(parent)
    ? parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)?.key
    : undefined;
};

/** Where a problem stands in the text: the value there, or the nearest thing around it. */
const positionOf = (
  document: Document,
  lines: LineCounter,
  { path, code }: RulesetProblem,
): TextPosition | undefined => {
  const { isNode } = yaml();
  const segments = segmentsOf(path);
  const key = code === 'unknown-key' || code === 'conflicting-keys' ? keyNode(document, segments) : undefined;
  if (isNode(key) && key.range) {
    const { line, col } = lines.linePos(key.range[0]);
    return { line, column: col };
  }
  for (let length = segments.length; length >= 0; length--) {
    const node = document.getIn(segments.slice(0, length), true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return undefined;
};

/** JSON is stricter than YAML: what JSON refuses is refused, even where YAML would read it. */
const jsonProblem = (text: string, lines: LineCounter): E.Either<readonly RulesetProblem[], never> | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = (error as SyntaxError).message;
    const position = /position (\d+)/.exec(message);
    if (position === null) return syntax(`not JSON: ${message}`);
    const { line, col } = lines.linePos(Number(position[1]));
    return syntax(`not JSON: ${message}`, { line, column: col });
  }
};

/** A number that would silently be another one: no touchpoint can have it, they are refused with it. */
const inexactNumber = (
  document: Document,
  lines: LineCounter,
): E.Either<readonly RulesetProblem[], never> | undefined => {
  let found: E.Either<readonly RulesetProblem[], never> | undefined;
  yaml().visit(document, {
    Scalar: (_, { value, source, range }) => {
      if (typeof value !== 'number' || source === undefined || isKept(source, value)) return undefined;
      const place = range ? lines.linePos(range[0]) : undefined;
      found = syntax(
        `the number ${source.slice(0, 60)} cannot be kept as it is written; write it as text, in quotation marks`,
        place && { line: place.line, column: place.col },
      );
      return yaml().visit.BREAK;
    },
  });
  return found;
};

/** A ruleset read from text, and the way back from its parts to their places in the text. */
export interface RulesetDocument {
  readonly ruleset: Ruleset;
  /** Adds line and column to a problem of this ruleset. */
  readonly locate: (problem: RulesetProblem) => RulesetProblem;
}

/** As {@link parseRuleset}, keeping the places in the text for problems found later. */
export const parseRulesetDocument = (
  text: string,
  { format }: RulesetText,
): E.Either<readonly RulesetProblem[], RulesetDocument> => {
  if (text.length > MAX_LENGTH)
    return E.left([
      {
        path: '',
        severity: 'error',
        code: 'too-large',
        message: `expected at most ${MAX_LENGTH} characters, got ${text.length}`,
      },
    ]);
  const lines = new (yaml().LineCounter)();
  try {
    const deep = tooDeep(text);
    if (deep !== undefined) return syntax(deep.message, deep);
    const document = yaml().parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      version: '1.2',
      schema: 'core',
      merge: false,
    });
    const notJson = format === 'json' ? jsonProblem(text, lines) : undefined;
    if (notJson !== undefined) return notJson;
    if (document.errors.length > 0)
      return E.left(
        document.errors.slice(0, MAX_SYNTAX_PROBLEMS).map((error) => {
          const { line, col } = lines.linePos(error.pos[0]);
          return syntaxProblem(error.message, { line, column: col });
        }),
      );
    const unbounded = crowded(document, lines);
    if (unbounded.length > 0)
      return E.left(unbounded.slice(0, MAX_SYNTAX_PROBLEMS).map((found) => syntaxProblem(found.message, found)));
    const inexact = inexactNumber(document, lines);
    if (inexact !== undefined) return inexact;
    const locate = (problem: RulesetProblem) => ({ ...problem, ...positionOf(document, lines, problem) });
    const decoded = decodeRuleset(document.toJS({ maxAliasCount: 1000 }));
    return E.isRight(decoded) ? E.right({ ruleset: decoded.right, locate }) : E.left(decoded.left.map(locate));
  } catch (error) {
    // The YAML library throws on aliases that multiply and on unknown anchors.
    return syntax(`cannot be read: ${(error as Error).message}`);
  }
};

/**
 * Reads a ruleset from text. Problems carry line and column (from 1) where they stand. YAML is read as YAML 1.2 (core
 * schema: `on` is a word, dates are texts); aliases are allowed within the limits of `decodeRuleset`.
 *
 * @example parseRuleset('ruleset: shop\nversion: 1\nfactors: {}\nstages: [{ id: attract }]', { format: 'yaml' })
 */
export const parseRuleset = (text: string, options: RulesetText): E.Either<readonly RulesetProblem[], Ruleset> => {
  const parsed = parseRulesetDocument(text, options);
  return E.isLeft(parsed) ? parsed : E.right(parsed.right.ruleset);
};
