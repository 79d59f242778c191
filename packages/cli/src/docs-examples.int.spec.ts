import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Code, pages, ROOT } from './testing/pages';
import { cleanEnvironment } from './testing/rapport';

/**
 * Runs every block of a page that is marked `console`: lines that begin with `$ ` are given to the shell, one after
 * another, and must print what stands below them. All blocks of a page share a folder, which begins as a copy of
 * docs/examples, and for the page of an example as a copy of its files too. `RAPPORT_WRITE_DOCS=1 npx jest docs-examples` writes into the pages what is printed today.
 */
const BIN = resolve(__dirname, '../bin/rapport.js');
/** A page runs some ten commands; a machine may be slow. */
const PATIENCE = 240_000;
const WRITE = process.env.RAPPORT_WRITE_DOCS === '1';

const run = (command: string, folder: string): readonly string[] => {
  const script = `rapport() { "$NODE" "$BIN" "$@"; }\n{ ${command}\n} 2>&1`;
  const { stdout, error } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...cleanEnvironment(),
      NODE_PATH: join(ROOT, 'node_modules'),
      COLUMNS: '80',
      NODE: process.execPath,
      BIN,
    },
  });
  if (error !== undefined) throw error;
  return stdout.split('\n').map((line) => line.trimEnd());
};

/** The block as it should read: its commands, each with what it prints. */
const played = ({ text }: Code, folder: string): string => {
  const commands = text.split('\n').reduce<string[]>((found, line) => {
    if (line.startsWith('$ ')) found.push(line);
    else if (found.at(-1)?.endsWith('\\')) found.push(`${found.pop()}\n${line}`);
    return found;
  }, []);
  return commands
    .map((command) => {
      const printed = run(command.slice(2), folder).join('\n').trimEnd();
      return printed === '' ? `${command}\n` : `${command}\n${printed}\n\n`;
    })
    .join('')
    .trimEnd();
};

/** What depends on the machine and the moment does not count. */
const lasting = (text: string): string =>
  text
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'a while')
    .replace(/[\d,]+\/s/g, 'so many/s')
    .replace(/ledger [0-9a-f]{64}/g, 'ledger …')
    .replace(/process \d+/g, 'process 1')
    .replace(/put in force by \S+/g, 'put in force by ann')
    .replace(/in force since( before)? \d{4}-\d\d-\d\d \d\d:\d\d/g, 'in force since then')
    .replace(/\n{2,}/g, '\n')
    .trimEnd();

const write = (path: string, blocks: readonly Code[], now: readonly string[]): void => {
  const file = join(ROOT, path);
  const fenced = (text: string): string => `\`\`\`console\n${text}\n`;
  const text = blocks.reduce(
    (page, block, i) =>
      lasting(now[i]) === lasting(block.text) ? page : page.replace(fenced(block.text), () => fenced(now[i])),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, text);
};

const written = pages().flatMap((page) => {
  const blocks = page.code.filter(({ language }) => language === 'console');
  return blocks.length > 0 ? [[page.path, blocks] as const] : [];
});

describe('what the pages show is what the commands print', () => {
  let template: string;
  let folder: string;
  beforeAll(() => {
    template = mkdtempSync(join(tmpdir(), 'rapport-docs-'));
    cpSync(join(ROOT, 'docs/examples'), template, { recursive: true });
    // Most pages begin with the demo: filled once, it is only shown by each of them.
    run('rapport demo --until 2026-06-30 --no-serve', template);
  }, PATIENCE);
  afterAll(() => rmSync(template, { recursive: true, force: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-docs-'));
    cpSync(template, folder, { recursive: true, verbatimSymlinks: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(written)(
    '%s',
    (path, blocks) => {
      if (path.startsWith('examples')) cpSync(join(ROOT, dirname(path)), folder, { recursive: true });
      const now = blocks.map((block) => played(block, folder));
      if (WRITE) return write(path, blocks, now);
      for (const [i, block] of blocks.entries()) expect(lasting(now[i])).toBe(lasting(block.text));
    },
    PATIENCE,
  );
});
