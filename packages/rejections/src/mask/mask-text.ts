import { type KeptNames, MASK } from './kept-names';

export interface MaskedText {
  readonly text: string;
  /** How many values are masked. */
  readonly masked: number;
  /** JSON pointers of the first of them. */
  readonly at: readonly string[];
  /** Whether it ended before the text did: masks may be longer than what they stand for. */
  readonly isCut: boolean;
}

/** The most pointers in a record, and how deep they may lead. */
const MOST_POINTERS = 20;
const DEEPEST = 40;
const LONGEST_NAME = 64;
const LONGEST_POINTER = 200;

const NUMBER_OR_WORD = /^(?:-?\d[\d.eE+-]*|true|false)$/;
const QUOTED_MASK = JSON.stringify(MASK);

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];

/** An object or a list that is open. */
interface Open {
  readonly isList: boolean;
  /** Whether values in it may be kept. */
  readonly kept: boolean;
  /** Of the field that it is the value of; of a list in a list, of the outer one. */
  readonly name: string | undefined;
  /** The field that comes next, or the place in a list. */
  at: string | number | undefined;
}

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
const isPunctuation = (code: number): boolean =>
  code === COMMA || code === COLON || code === BRACE || code === BRACE_END || code === BRACKET || code === BRACKET_END;

/** Behind the string that begins here; the last one may lack its end. */
const endOfString = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
};

/** Behind the number or word that begins here. */
const endOfWord = (text: string, from: number): number => {
  let i = from + 1;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE || isSpace(code) || isPunctuation(code)) break;
  }
  return i;
};

const hasColon = (text: string, from: number): boolean => {
  let i = from;
  while (i < text.length && isSpace(text.charCodeAt(i))) i++;
  return text.charCodeAt(i) === COLON;
};

/**
 * Masks all values in a text of JSON but those whose names are known; where a field is not kept, nothing below it is.
 * It is done by the letters, not by the meaning: texts that are not JSON, or are cut off, are masked as well, and what
 * is kept stays as it was written, to the last digit of a number. Uncertain parts are masked.
 *
 * @param longest of the result, in characters, about
 */
export const maskText = (text: string, names: KeptNames, longest = Number.POSITIVE_INFINITY): MaskedText => {
  let here: Open = { isList: true, kept: true, name: undefined, at: undefined };
  const open = [here];
  const at: string[] = [];
  let masked = 0;
  let result = '';
  /** Up to here the text is in the result. */
  let taken = 0;

  const replace = (from: number, to: number, by: string): void => {
    result += text.slice(taken, from) + by;
    taken = to;
  };
  const note = (): void => {
    masked++;
    if (at.length < MOST_POINTERS && open.length <= DEEPEST) at.push(pointerTo(open));
  };
  const takeString = (from: number, to: number): void => {
    if (!here.isList && hasColon(text, to)) {
      const name = decoded(text.slice(from, to));
      here.at = name;
      if (name.length <= LONGEST_NAME && !name.includes('@')) return;
      note();
      // Two of them in one object stay two.
      replace(from, to, JSON.stringify(`${MASK} ${masked}`));
    } else if (!keepsString(text.slice(from, to), here, names)) {
      note();
      replace(from, to, QUOTED_MASK);
    }
  };
  const takeWord = (from: number, to: number): void => {
    const word = text.slice(from, to);
    if (word === 'null' || (NUMBER_OR_WORD.test(word) && nameOf(here) !== undefined && keepsIn(here, names))) return;
    note();
    replace(from, to, QUOTED_MASK);
  };
  const takePunctuation = (code: number): void => {
    if (code === BRACE || code === BRACKET) {
      const isList = code === BRACKET;
      here = { isList, kept: keepsIn(here, names), name: nameOf(here), at: isList ? 0 : undefined };
      open.push(here);
    } else if (code === COMMA) here.at = here.isList && typeof here.at === 'number' ? here.at + 1 : undefined;
    else if (code !== COLON && open.length > 1) {
      open.pop();
      here = open[open.length - 1]!;
    }
  };

  let i = 0;
  while (i < text.length && result.length + i - taken < longest) {
    const code = text.charCodeAt(i);
    const from = i;
    if (code === QUOTE) {
      i = endOfString(text, from);
      takeString(from, i);
    } else if (isPunctuation(code)) {
      i++;
      takePunctuation(code);
    } else if (isSpace(code)) i++;
    else {
      i = endOfWord(text, from);
      takeWord(from, i);
    }
  }
  return { text: result + text.slice(taken, i), masked, at, isCut: i < text.length };
};

/** Of the value that comes next. */
const nameOf = ({ isList, name, at }: Open): string | undefined =>
  isList ? name : typeof at === 'string' ? at : undefined;

const keepsIn = (here: Open, names: KeptNames): boolean => {
  if (!here.kept || here.isList) return here.kept;
  const name = nameOf(here);
  return name !== undefined && names.keeps(name, here.name);
};

const keepsString = (quoted: string, here: Open, names: KeptNames): boolean => {
  const name = nameOf(here);
  // Without a name its meaning is unknown.
  if (name === undefined || !keepsIn(here, names)) return false;
  return quoted.length > 1 && quoted.endsWith('"') && names.keepsText(name, decoded(quoted));
};

const decoded = (quoted: string): string => {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
};

const pointerTo = (open: readonly Open[]): string =>
  open
    .slice(1)
    .map(
      ({ at }) =>
        `/${String(at ?? '')
          .replaceAll('~', '~0')
          .replaceAll('/', '~1')}`,
    )
    .join('')
    .slice(0, LONGEST_POINTER);
