import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from './program';
import { anchorsOf, type Code, type Page, pages, parsePage, ROOT } from './testing/pages';

const all = pages();
const byPath = new Map(all.map((page) => [page.path, page]));
const program = createProgram(new AbortController().signal);

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const BLOCKS_OF_COMMANDS = new Set(['', 'sh', 'console']);

/** What is wrong with a link, or undefined. */
const linkProblem = (page: Page, target: string): string | undefined => {
  if (/^(https?|mailto):/.test(target)) return undefined;
  const [path, anchor] = target.split('#');
  const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
  if (!existsSync(join(ROOT, file))) return `there is no ${file}`;
  const known = byPath.get(file);
  return anchor === undefined || known === undefined || anchorsOf(known).has(anchor)
    ? undefined
    : `${file} has no heading #${anchor}`;
};

/** The command lines in a piece of code, each from `rapport` on, up to where the shell takes over. */
const commandLines = ({ language, text }: Code): readonly string[] => {
  const lines = language === 'inline' ? [text] : BLOCKS_OF_COMMANDS.has(language) ? text.split('\n') : [];
  return lines.flatMap((line) => {
    const match = /^(?:\$ )?(?:npx )?rapport (.*?)(?:\s*(?:[|;>]|&&| #).*)?$/.exec(line.trim());
    return match === null ? [] : [match[1]];
  });
};

/** What is wrong with a command line. Within a sentence it may be cut short; in a block it must be whole. */
const commandProblem = (line: string, whole: boolean): string | undefined => {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  let command: Command = program;
  const given: string[] = [];
  const options = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const inner = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
    if (inner !== undefined) {
      command = inner;
      continue;
    }
    if (!word.startsWith('-')) {
      given.push(word);
      continue;
    }
    // An option right behind a group is one of what it does when no command of it is named.
    if (command !== program && command.commands.length > 0)
      command = command.commands.find((one) => one.name() === 'list') ?? command;
    const option = [...command.options, ...program.options].find(({ short, long }) => word === short || word === long);
    if (option === undefined && word !== '--help') return `"${command.name()}" has no option ${word}`;
    options.add(word);
    if (option === undefined || !(option.required || option.optional)) continue;
    const value = words[++i];
    if (value === undefined) return whole ? `${word} needs a value` : undefined;
    if (option.argChoices !== undefined && !/^[A-Z]/.test(value) && !option.argChoices.includes(value))
      return `${word} does not know "${value}"`;
  }
  const { registeredArguments: wanted } = command;
  if (command.commands.length > 0 && given.length > 0) return `there is no command "${given[0]}"`;
  if (given.length > wanted.length && wanted.at(-1)?.variadic !== true) return `too many arguments: ${given.join(' ')}`;
  if (!whole || options.has('--help') || options.has('--version')) return undefined;
  if (given.length < wanted.filter(({ required }) => required).length) return 'an argument is missing';
  const missing = command.options.find(({ mandatory, long }) => mandatory && !options.has(long ?? ''));
  return missing === undefined ? undefined : `${missing.long} is missing`;
};

/** What is wrong with the pages, each with its place. */
const problemsOf = (page: Page): readonly string[] => [
  ...page.prose.flatMap((line, i) =>
    [...line.matchAll(LINK)].flatMap(([, target]) => {
      const problem = linkProblem(page, target);
      return problem === undefined ? [] : [`${page.path}:${i + 1}: ${target}: ${problem}`];
    }),
  ),
  ...page.code.flatMap((code) =>
    commandLines(code).flatMap((line) => {
      const problem = commandProblem(line, code.language !== 'inline');
      return problem === undefined ? [] : [`${page.path}:${code.line}: rapport ${line}: ${problem}`];
    }),
  ),
];

test.each(all.map((page) => [page.path, page] as const))(
  '%s: links lead somewhere, and commands are known to rapport',
  (_, page) => {
    expect(problemsOf(page)).toEqual([]);
  },
);

test('npm scripts that pages name exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const known = new Set([...Object.keys(scripts), 'ci', 'i', 'install']);
  const named = all.flatMap((page) =>
    page.code.flatMap(({ text }) => [...text.matchAll(/\bnpm (?:run )?(?:--\S+ )*([a-z]+)/g)].map(([, name]) => name)),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(named).toContain('start');
});

test.each([
  ['[a](nowhere.md)', 'nowhere.md'],
  ['[a](README.md#no-such-heading)', '#no-such-heading'],
  ['`rapport swerve`', 'no command "swerve"'],
  ['`rapport ruleset praise`', 'no command "praise"'],
  ['`rapport show c-1 --as-off 2026-01-01`', 'no option --as-off'],
  ['    rapport show', 'an argument is missing'],
  ['    rapport show c-1 c-2', 'too many arguments'],
  ['    rapport simulate --customers 5', '--seed is missing'],
  ['```sh\nrapport import a.csv --as olits\n```', 'does not know "olits"'],
])('a page that says %j is found wrong', (text, problem) => {
  expect(problemsOf(parsePage('page.md', text)).join()).toContain(problem);
});

test('a page is not found wrong for what the shell does, for abbreviations and for other languages', () => {
  const text = [
    '`rapport show` and `npx rapport why CUSTOMER`',
    '',
    '    rapport export --what touchpoints | gzip > backup.ndjson.gz',
    '',
    '```yaml',
    'rapport nothing',
    '```',
  ].join('\n');
  expect(problemsOf(parsePage('page.md', text))).toEqual([]);
});
