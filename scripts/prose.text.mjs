// Takes the sentences out of pages in Markdown, and the comments and texts out of TypeScript.
import remarkParse from 'remark-parse';
import retextEnglish from 'retext-english';
import { unified } from 'unified';
import { SKIP, visit } from 'unist-util-visit';

const markdown = unified().use(remarkParse);
const english = unified().use(retextEnglish);
/** Stands between the cells of a table, and before what is excepted. */
const [CELL, EXCEPT] = ['\u0001', '\u0002'];
const EXCEPTION = /^<!--\s*prose:\s*(.*?)\s*-->$/s;

/** The parser takes a full stop behind a number, a unit or an "id" for one of an abbreviation. */
const STOP = /(?<=\d|\b(?:s|ms|[KMG]B|id))\.(?=\s+["“(]?[A-Z])/g;

/** Sentences of running text, each with its number of words and the offset at which it begins. */
export const sentencesIn = (text) => {
  const found = [];
  visit(english.parse(text.replace(STOP, '!')), 'SentenceNode', (sentence) => {
    let words = 0;
    visit(sentence, 'WordNode', () => {
      words += 1;
    });
    const { start, end } = sentence.position;
    found.push({ text: text.slice(start.offset, end.offset).replace(/\s+/g, ' '), words, offset: start.offset });
    return SKIP;
  });
  return found;
};

/** The text of a block: inline code counts as one word; `lineAt` says in which line of the page a character stands. */
const flatten = (block, isTable, exceptions) => {
  let text = '';
  const starts = [];
  const add = (part, line) => {
    for (const [i, piece] of part.split('\n').entries()) {
      starts.push([text.length + (i > 0 ? 1 : 0), line + i]);
      text += (i > 0 ? (isTable ? `${CELL}` : '\n') : '') + piece;
    }
  };
  visit(block, (node) => {
    const { line } = node.position.start;
    if (node.type === 'text') add(isTable ? node.value.replaceAll('|', CELL) : node.value, line);
    else if (node.type === 'inlineCode') add('Code', line);
    else if (node.type === 'break') add('\n', line);
    else if (node.type === 'html' && EXCEPTION.test(node.value)) {
      exceptions.push({ line, reason: EXCEPTION.exec(node.value)[1], used: false });
      add(EXCEPT, line);
    }
  });
  const lineAt = (offset) => starts.findLast(([start]) => start <= offset)?.[1] ?? block.position.start.line;
  return { text, lineAt };
};

const isTableAt = (page, block) => page.slice(block.position.start.offset).startsWith('|');

const sentencesOfBlock = (page, block, pending, exceptions) => {
  const isTable = block.type === 'paragraph' && isTableAt(page, block);
  const own = [];
  const { text, lineAt } = flatten(block, isTable, own);
  exceptions.push(...own);
  const found = [];
  let start = 0;
  let passed = 0;
  let except = pending;
  for (const cell of text.split(CELL)) {
    for (const { text: sentence, words, offset } of sentencesIn(cell.replaceAll(EXCEPT, ' '))) {
      const before = text.slice(0, start + offset + 1).split(EXCEPT).length - 1;
      if (before > passed) except = own[before - 1];
      passed = before;
      const isSentence = block.type === 'paragraph' && (!isTable || /[.!]$/.test(sentence));
      found.push({ text: sentence, words, line: lineAt(start + offset), isSentence, except });
      except = undefined;
    }
    start += cell.length + 1;
  }
  return found;
};

/**
 * The sentences of a page, code blocks left out. A comment `<!-- prose: reason -->` before a sentence, or in a line of
 * its own before a block, excepts that sentence: it has `except` then.
 */
export const sentencesOf = (page) => {
  const sentences = [];
  const exceptions = [];
  let pending;
  visit(markdown.parse(page), (node) => {
    if (node.type === 'html') {
      const reason = EXCEPTION.exec(node.value)?.[1];
      if (reason === undefined) return;
      pending = { line: node.position.start.line, reason, used: false };
      exceptions.push(pending);
      return;
    }
    if (node.type !== 'paragraph' && node.type !== 'heading') return;
    sentences.push(...sentencesOfBlock(page, node, pending, exceptions));
    pending = undefined;
    return SKIP;
  });
  return { sentences, exceptions };
};

const TOKENS =
  /\/\*[\s\S]*?\*\/|(?:(?<=^|\n)[ \t]*\/\/[^\n]*\n)+|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** Comments, and texts of more than one word, of a source file in TypeScript, each with its line. */
export const textsOf = (source) =>
  [...source.matchAll(TOKENS)].flatMap(({ 0: token, index }) => {
    const isComment = /^\s*\/[/*]/.test(token);
    if (!isComment && !/[a-z] [a-z]/i.test(token)) return [];
    const first = source.slice(0, index).split('\n').length;
    return token.split('\n').map((text, i) => ({ text, line: first + i }));
  });
