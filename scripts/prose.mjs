// Checks that pages, help texts and comments are written in plain English: spelling, length of sentences, words.
//
//   node scripts/prose.mjs             everything
//   node scripts/prose.mjs FILE ...    only these pages
//   node scripts/prose.mjs --ratchet   writes the number of findings in comments into prose.json, if it fell
//
// A comment `<!-- prose: reason -->` before a sentence excepts that sentence. A word that is spelt correctly and that
// no dictionary has goes into prose.words.txt. Exit code 1 when something is to be rewritten.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lint } from 'cspell';
import { sentenceProblems, wordProblems } from './prose.rules.mjs';
import { sentencesIn, sentencesOf, textsOf } from './prose.text.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const settingsFile = join(here, 'prose.json');
const settings = JSON.parse(readFileSync(settingsFile, 'utf8'));

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'examples/**/*.md',
];
const SOURCES = ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'];
const find = (patterns) => globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') }).sort();

const report = (place, problem, sentence) => ({ place, problem, sentence });

/** What is wrong in a page. */
const pageFindings = (path) => {
  const { sentences, exceptions } = sentencesOf(read(path));
  const found = sentences.flatMap(({ text, words, line, isSentence, except }) => {
    const problems = sentenceProblems(text, words, isSentence);
    if (except !== undefined && problems.length > 0) {
      except.used = true;
      return [];
    }
    return problems.map((problem) => report(`${path}:${line}`, problem, text));
  });
  const idle = exceptions
    .filter(({ used, reason }) => !used || reason === '')
    .map(({ line }) => report(`${path}:${line}`, 'an exception without a reason, or without a use: remove it', ''));
  return [...found, ...idle];
};

/** Words that no dictionary has. Code is left out. */
const spellingFindings = async (paths) => {
  const found = [];
  const issue = ({ uri, row, text, line }) =>
    found.push(
      report(
        `${relative(root, fileURLToPath(uri))}:${row}`,
        `"${text}": correct the spelling, or add the word to scripts/prose.words.txt`,
        line.text.trim(),
      ),
    );
  const silent = () => undefined;
  const error = (message) => process.stderr.write(`prose: ${message}\n`);
  const reporter = { issue, info: silent, debug: silent, progress: silent, result: silent, error };
  await lint(
    paths.map((path) => join(root, path)),
    { root, config: join(here, 'prose.cspell.json'), progress: false },
    reporter,
  );
  return found;
};

/** The words of the project stand in order, each once: a list that grows unseen is no help. */
const dictionaryFindings = () => {
  const words = readFileSync(join(here, 'prose.words.txt'), 'utf8').trimEnd().split('\n');
  const wanted = [...new Set(words)].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const at = words.findIndex((word, i) => word !== wanted[i]);
  return at < 0 ? [] : [report(`scripts/prose.words.txt:${at + 1}`, 'keep the list sorted, each word once', words[at])];
};

/** Texts that `rapport COMMAND --help` prints, without its examples. */
const helpTexts = (command, path) => {
  const name = `${path} --help`;
  const own = [
    command.description(),
    ...[...command.options, ...command.registeredArguments].map((o) => o.description),
  ];
  return [
    ...own.map((text) => ({ name, text })),
    ...command.commands.flatMap((inner) => helpTexts(inner, `${path} ${inner.name()}`)),
  ];
};

/** Summaries and descriptions of the OpenAPI document, shapes included; the same text once. */
const openApiTexts = (node, name = '/openapi.json') =>
  Object.entries(node ?? {}).flatMap(([key, value]) => {
    if (typeof value === 'object') return openApiTexts(value, `${name}/${key.replaceAll('/', '~1')}`);
    return ['summary', 'description'].includes(key) && typeof value === 'string' ? [{ name, text: value }] : [];
  });

const once = (texts) => [...new Map(texts.map((one) => [one.text, one])).values()];

/** What the program prints or serves by itself; nothing where it is not built yet. */
const programTexts = async () => {
  const [program, reference] = ['cli/dist/program.js', 'http-api/dist/reference-page.js'].map((path) =>
    join(root, 'packages', path),
  );
  if (!existsSync(program) || !existsSync(reference)) return [];
  const [{ createProgram }, { openApiDocument }] = await Promise.all(
    [program, reference].map((path) => import(pathToFileURL(path).href)),
  );
  const command = createProgram(new AbortController().signal, true);
  return once([...helpTexts(command, 'rapport'), ...openApiTexts(await openApiDocument())]);
};

const programFindings = async () =>
  (await programTexts()).flatMap(({ name, text }) =>
    sentencesIn(text.replace(/`[^`]*`/g, 'Code')).flatMap((sentence) =>
      sentenceProblems(sentence.text, sentence.words, true).map((problem) => report(name, problem, sentence.text)),
    ),
  );

/** Words in comments and texts of sources, by package: the number may only fall. */
const sourceFindings = () => {
  const byPackage = {};
  for (const path of find(SOURCES)) {
    if (path.endsWith('.spec.ts')) continue;
    const name = path.split('/').slice(0, 2).join('/');
    byPackage[name] ??= [];
    for (const { text, line } of textsOf(read(path)))
      for (const problem of wordProblems(text)) byPackage[name].push(report(`${path}:${line}`, problem, text.trim()));
  }
  return byPackage;
};

const overTheRatchet = (byPackage) =>
  Object.entries(byPackage).flatMap(([name, found]) => {
    const allowed = settings.findings[name] ?? 0;
    return found.length <= allowed
      ? []
      : [...found, report(name, `${found.length} findings, and ${allowed} are allowed: rewrite what you added`, '')];
  });

const writeRatchet = (byPackage) => {
  const findings = Object.fromEntries(
    Object.entries(byPackage)
      .map(([name, { length }]) => [name, Math.min(length, settings.findings[name] ?? length)])
      .filter(([, allowed]) => allowed > 0),
  );
  writeFileSync(settingsFile, `${JSON.stringify({ ...settings, findings }, null, 2)}\n`);
};

const print = (found) => {
  for (const { place, problem, sentence } of found)
    process.stdout.write(`${place}  ${problem}\n${sentence === '' ? '' : `    ${sentence}\n`}`);
};

const main = async (args) => {
  if (args[0] === '--ratchet') return writeRatchet(sourceFindings());
  const named = args.map((path) => relative(root, resolve(path)));
  const pages = named.length > 0 ? named : find(PAGES).filter((path) => !settings.pagesToDo.includes(path));
  const found = [...pages.flatMap(pageFindings), ...(await spellingFindings(pages))];
  if (named.length === 0)
    found.push(...dictionaryFindings(), ...(await programFindings()), ...overTheRatchet(sourceFindings()));
  print(found);
  if (found.length === 0) return;
  process.stdout.write(`prose: ${found.length} to rewrite\n`);
  process.exitCode = 1;
};

await main(process.argv.slice(2));
