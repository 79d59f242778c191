import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  type Catalogue,
  catalogueWith,
  checkRulesetText,
  formatProblem,
  isKnownType,
  RETAIL,
  type Ruleset,
  type RulesetProblem,
  typesMatching,
} from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { Cli } from './cli';
import { CommandError } from './exit';

/** The ruleset that comes with Rapport, by its name. */
export const BUILT_IN = 'retail';

const CATALOGUE = { isKnownType: (name: string) => isKnownType(name), typesMatching: (p: string) => typesMatching(p) };

/** Text of a file that a person named, or why there is none. */
export const readText = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a directory'
          : code === 'EACCES'
            ? 'it may not be read by this user'
            : message;
    throw new CommandError(`${file}: ${reason}. Name ${what}.`);
  }
};

const problemLine = (file: string, problem: RulesetProblem): string =>
  `${file}:${formatProblem(problem)}${problem.severity === 'warning' ? ' (warning)' : ''}`;

export interface LintedRuleset {
  /** Absent when it is refused. */
  readonly ruleset?: Ruleset;
  readonly problems: readonly RulesetProblem[];
}

/** Reads and checks a ruleset file: YAML, or JSON by its name. */
export const lintFile = (file: string): LintedRuleset => {
  const text = readText(file, 'a ruleset in YAML or JSON');
  const format = extname(file).toLowerCase() === '.json' ? 'json' : 'yaml';
  const checked = checkRulesetText(text, { format }, CATALOGUE);
  return isLeft(checked)
    ? { problems: checked.left }
    : { ruleset: checked.right.ruleset, problems: checked.right.warnings };
};

export const problemLines = (file: string, problems: readonly RulesetProblem[]): readonly string[] =>
  problems.map((problem) => problemLine(file, problem));

/** A ruleset by file or as `retail`; warnings go to stderr, errors end the command with every problem. */
export const rulesetFrom = (cli: Cli, fileOrName: string): Ruleset => {
  if (fileOrName === BUILT_IN) return RETAIL;
  const { ruleset, problems } = lintFile(fileOrName);
  const lines = problemLines(fileOrName, problems);
  if (ruleset === undefined) throw new CommandError([...lines, `The ruleset ${fileOrName} is refused.`].join('\n'));
  if (cli.verbose) for (const line of lines) cli.note(line);
  return ruleset;
};

/** The touchpoint types of an installation with this ruleset. */
export const catalogueOf = (ruleset: Ruleset): Catalogue => {
  const catalogue = catalogueWith(ruleset.touchpoints);
  if (isLeft(catalogue))
    throw new CommandError(catalogue.left.map(({ type, message }) => `touchpoints/${type}: ${message}`).join('\n'));
  return catalogue.right;
};
