import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../../..');

/** A piece of code on a page. `language` is '' for an indented block, `inline` for code within a line. */
export interface Code {
  readonly language: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly code: readonly Code[];
  /** The text outside of blocks and of code within lines, by line. */
  readonly prose: readonly string[];
}

const FENCE = /^\s*```(\S*)/;

/** Reads the Markdown that the pages are written in: fenced and indented blocks, code within a line. */
export const parsePage = (path: string, text: string): Page => {
  const code: Code[] = [];
  const prose: string[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    prose.push('');
    const fence = FENCE.exec(lines[i]);
    const block: string[] = [];
    if (fence !== null) {
      const line = i + 2;
      while (++i < lines.length && !FENCE.test(lines[i])) {
        block.push(lines[i]);
        prose.push('');
      }
      prose.push('');
      code.push({ language: fence[1], text: block.join('\n'), line });
    } else if (lines[i].startsWith('    ') && (lines[i - 1] ?? '').trim() === '') {
      const line = i + 1;
      for (; (lines[i] ?? '').startsWith('    '); i++) {
        block.push(lines[i].slice(4));
        if (block.length > 1) prose.push('');
      }
      i--;
      code.push({ language: '', text: block.join('\n'), line });
    } else {
      prose[i] = lines[i].replace(/(`+)(.+?)\1/g, (_, __, inside: string) => {
        code.push({ language: 'inline', text: inside, line: i + 1 });
        return '';
      });
    }
  }
  return { path, text, code, prose };
};

const markdownIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** Every page of the project, those made from the code included. */
export const pages = (): readonly Page[] =>
  [
    join(ROOT, 'README.md'),
    join(ROOT, 'CONTRIBUTING.md'),
    ...markdownIn(join(ROOT, 'docs')),
    ...markdownIn(join(ROOT, 'examples')),
  ]
    .sort()
    .map((file) => parsePage(relative(ROOT, file), readFileSync(file, 'utf8')));

/** The anchors that headings have on the web. */
export const anchorsOf = ({ prose, text }: Page): ReadonlySet<string> => {
  const lines = text.split('\n');
  const anchors = prose.flatMap((line, i) =>
    /^#{1,6} /.test(line)
      ? [
          lines[i]
            .replace(/^#+ /, '')
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, '')
            .replaceAll(' ', '-'),
        ]
      : [],
  );
  return new Set(anchors);
};
