/** What the YAML library does not bound itself, and a few kilobytes of text could ask for. */
import type { Document, LineCounter } from 'yaml';

/** More than any real document needs. The library composes recursively, and the stack of a process is finite. */
const MAX_DEPTH = 100;
/** Each alias is looked up among all others. */
const MAX_ALIASES = 1_000;

/** Something for which a text is not read further, and where it stands, from 1. */
export interface BoundProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Loaded when a text is read, not at every start of every command. */
const yaml = (): typeof import('yaml') => require('yaml');

const problemAt = (lines: LineCounter, offset: number, message: string): BoundProblem => {
  const { line, col } = lines.linePos(offset);
  return { message, line, column: col };
};

/** Where a text of YAML or JSON is nested too deep, if it is. It is read up to there, without recursion. */
export const tooDeep = (text: string): BoundProblem | undefined => {
  const { Lexer, LineCounter: Lines, Parser } = yaml();
  const lines = new Lines();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH)
      return problemAt(lines, parser.offset, `the document is nested deeper than ${MAX_DEPTH} levels`);
  }
  return undefined;
};

/** Keys that stand twice in a map, and too many aliases. The library would compare every key with every other. */
export const crowded = (document: Document, lines: LineCounter): readonly BoundProblem[] => {
  const { isScalar, visit } = yaml();
  const found: BoundProblem[] = [];
  let aliases = 0;
  visit(document, {
    Alias: (_, { range }) => {
      aliases++;
      if (aliases === MAX_ALIASES + 1)
        found.push(problemAt(lines, range?.[0] ?? 0, `the document has more than ${MAX_ALIASES} aliases`));
    },
    Map: (_, { items }) => {
      const names = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (names.has(name))
          found.push(
            problemAt(lines, key.range?.[0] ?? 0, `the key ${JSON.stringify(name.slice(0, 60))} is here twice`),
          );
        names.add(name);
      }
    },
  });
  return found;
};
