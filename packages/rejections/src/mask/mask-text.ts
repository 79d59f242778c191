import { type KeptNames, MASK } from './kept-names';

export interface MaskedText {
  readonly text: string;
  /** How many values are masked. */
  readonly masked: number;
  /** JSON pointers of the first of them. */
  readonly at: readonly string[];
}

/** Pointers that are told, and how deep they may lead. */
const MOST_POINTERS = 20;
const DEEPEST = 40;
const LONGEST_NAME = 64;
const LONGEST_POINTER = 200;

/** All of a text, piece by piece: strings (the last may lack its end), punctuation, space, and whatever is between. */
const PIECE = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[{}[\],:]|\s+|[^\s"{}[\],:]+/gy;
const NUMBER_OR_WORD = /^(?:-?\d[\d.eE+-]*|true|false)$/;
const QUOTED_MASK = JSON.stringify(MASK);

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

/**
 * Masks all values in a text of JSON but those whose names are known; where a field is not kept, nothing below it is.
 * It is done by the letters, not by the meaning: texts that are no JSON, or are cut off, are masked as well, and what
 * is kept stays as it was written, to the last digit of a number. What cannot be told is masked.
 */
export const maskText = (text: string, names: KeptNames): MaskedText => {
  const pieces = text.match(PIECE) ?? [];
  const open: Open[] = [{ isList: true, kept: true, name: undefined, at: undefined }];
  const at: string[] = [];
  let masked = 0;
  let result = '';

  const inner = (): Open => open[open.length - 1];
  /** Of the value that comes next. */
  const nameHere = ({ isList, name, at: field }: Open): string | undefined => (isList ? name : String(field ?? ''));
  const keepsHere = (here: Open): boolean => {
    const name = nameHere(here);
    if (!here.kept || here.isList || name === undefined) return here.kept;
    return names.keeps(name, here.name);
  };
  const mask = (): string => {
    masked++;
    if (at.length < MOST_POINTERS && open.length <= DEEPEST) at.push(pointerTo(open));
    return QUOTED_MASK;
  };

  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    const here = inner();
    switch (piece[0]) {
      case '{':
      case '[':
        open.push({
          isList: piece === '[',
          kept: keepsHere(here),
          name: nameHere(here),
          at: piece === '[' ? 0 : undefined,
        });
        break;
      case '}':
      case ']':
        if (open.length > 1) open.pop();
        break;
      case ',':
        here.at = here.isList && typeof here.at === 'number' ? here.at + 1 : undefined;
        break;
      case '"':
        if (!here.isList && isName(pieces, i)) {
          here.at = decoded(piece);
          if (here.at.length > LONGEST_NAME || here.at.includes('@')) {
            mask();
            // Two of them in one object stay two.
            result += JSON.stringify(`${MASK} ${masked}`);
            continue;
          }
          break;
        }
        if (!keepsString(piece, here, names, keepsHere)) {
          result += mask();
          continue;
        }
        break;
      default:
        if (piece !== ':' && piece !== 'null' && piece.trim() !== '' && !keepsWord(piece, here, keepsHere)) {
          result += mask();
          continue;
        }
    }
    result += piece;
  }
  return { text: result, masked, at };
};

const keepsString = (piece: string, here: Open, names: KeptNames, keepsHere: (here: Open) => boolean): boolean => {
  const name = here.isList ? here.name : here.at;
  // Without a name nobody knows what it is.
  if (typeof name !== 'string' || !keepsHere(here)) return false;
  return piece.length > 1 && piece.endsWith('"') && names.keepsText(name, decoded(piece));
};

/** Numbers, `true` and `false`; other words are no JSON. */
const keepsWord = (piece: string, here: Open, keepsHere: (here: Open) => boolean): boolean =>
  NUMBER_OR_WORD.test(piece) && (here.isList ? here.name : here.at) !== undefined && keepsHere(here);

/** Whether a colon follows. */
const isName = (pieces: readonly string[], i: number): boolean => {
  const next = pieces[i + 1];
  return next === ':' || (next !== undefined && next.trim() === '' && pieces[i + 2] === ':');
};

const decoded = (piece: string): string => {
  try {
    return String(JSON.parse(piece));
  } catch {
    return piece.slice(1, -1);
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
