/** Deeper than what is taken in anywhere: `data` has at most 32 levels, and stands within a few more. */
export const MAX_JSON_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The index of the quotation mark that ends the text which begins at `start`; the length where none does. */
const endOfText = (json: string, start: number): number => {
  let i = start + 1;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) return i;
    i += code === BACKSLASH ? 2 : 1;
  }
  return json.length;
};

/**
 * JSON that can be parsed, and walked afterwards, without exhausting stack or memory: a value that stands below more
 * than {@link MAX_JSON_DEPTH} others is replaced by `0` and blanks, so that all the rest keeps its place. What is
 * replaced is still deep enough to be refused where depth is limited. Where nothing is replaced, the same text is returned.
 *
 * Everything else is left to the parser: text that is not JSON stays so, except for the parts that were replaced.
 */
export const boundDepth = (json: string): string => {
  // Each level takes a character to open it and one to close it.
  if (json.length <= 2 * MAX_JSON_DEPTH) return json;
  let bounded = '';
  let taken = 0;
  let depth = 0;
  let from = 0;
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case QUOTE:
        i = endOfText(json, i);
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        if (depth === MAX_JSON_DEPTH + 1) from = i;
        break;
      case 0x5d:
      case 0x7d:
        if (depth === MAX_JSON_DEPTH + 1) {
          bounded += `${json.slice(taken, from)}0${' '.repeat(i - from)}`;
          taken = i + 1;
        }
        depth--;
    }
  }
  // Cut off inside: the rest cannot be valid JSON.
  if (depth > MAX_JSON_DEPTH) return bounded + json.slice(taken, from);
  return taken === 0 ? json : bounded + json.slice(taken);
};
