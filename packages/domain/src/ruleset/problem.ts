/** Something wrong with a ruleset, for the person who wrote it. */
export interface RulesetProblem {
  /** JSON Pointer into the document, e.g. `/stages/3/enter/all/0/metric`; empty for the whole document. */
  readonly path: string;
  /** Errors refuse the ruleset, warnings pass. */
  readonly severity: 'error' | 'warning';
  readonly code: RulesetProblemCode;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** Where it stands in the text, from 1; only for rulesets read from text. */
  readonly line?: number;
  readonly column?: number;
}

export type RulesetProblemCode =
  | 'syntax'
  | 'too-large'
  | 'unknown-key'
  | 'missing-key'
  | 'conflicting-keys'
  | 'wrong-value'
  | 'unknown-reference'
  | 'unknown-field'
  | 'unknown-type'
  | 'duplicate-id'
  | 'curve-not-increasing'
  | 'enter-without-stay'
  | 'too-complex'
  | 'signal-flaps'
  | 'unreachable'
  | 'never-applies'
  | 'no-effect'
  | 'unused'
  | 'opposite-amounts'
  | 'mixed-currencies'
  | 'invalid-schema';

/** A JSON Pointer (RFC 6901) from its segments. */
export const pointer = (...segments: readonly (string | number)[]): string =>
  segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** One problem on one line, as tools print it: `line:column /path: message`. */
export const formatProblem = (problem: RulesetProblem): string => {
  const place = problem.line === undefined ? '' : `${problem.line}:${problem.column ?? 1} `;
  return `${place}${problem.path === '' ? '(document)' : problem.path}: ${problem.message}`;
};
