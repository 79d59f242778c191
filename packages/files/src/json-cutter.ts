/** What is wrong with a text that no value can be cut out of, and where. */
export class CutError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

const MARKS = /["{}[\],]/g;
const MARKS_IN_STRING = /["\\]/g;

const newlinesIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
};

/** Cuts values out of a text that comes in pieces: the elements of arrays, or objects one after the other. */
export const jsonCutter = (maxLength: number) => {
  let depth = 0;
  /** How deep a value stands: 1 inside an array of values, else 0. */
  let base = 0;
  let inString = false;
  let escaped = false;
  let parts: string[] = [];
  let length = 0;
  let begins = 1;
  let line = 1;

  const keep = (text: string): void => {
    const lead = parts.length === 0 ? text.length - text.trimStart().length : 0;
    if (lead < text.length) {
      if (parts.length === 0) begins = line + newlinesIn(text.slice(0, lead));
      parts.push(text.slice(lead));
      length += text.length - lead;
      if (length > maxLength) throw new CutError(begins, `a value longer than ${maxLength} characters`);
    }
    line += newlinesIn(text);
  };

  const finished = (): string[] => {
    if (parts.length === 0) return [];
    const value = parts.join('');
    parts = [];
    length = 0;
    return [value];
  };

  return {
    cut: (text: string): readonly string[] => {
      const values: string[] = [];
      let from = 0;
      let at = escaped ? 1 : 0;
      escaped = false;
      for (;;) {
        const marks = inString ? MARKS_IN_STRING : MARKS;
        marks.lastIndex = at;
        const mark = marks.exec(text)?.[0];
        if (mark === undefined) break;
        const place = marks.lastIndex - 1;
        at = marks.lastIndex;
        if (mark === '\\') {
          escaped = at === text.length;
          at++;
        } else if (mark === '"') inString = !inString;
        else if (mark === '{' || mark === '[') {
          if (depth === 0 && text.slice(from, place).trim() !== '')
            throw new CutError(
              line,
              `expected an array or an object, found ${JSON.stringify(text.slice(from, place).trim().slice(0, 40))}`,
            );
          if (depth++ > 0 || mark === '{') continue;
          base = 1;
          line += newlinesIn(text.slice(from, place));
          from = at;
        } else if (mark === ',') {
          if (base === 0 || depth !== base) continue;
          keep(text.slice(from, place));
          values.push(...finished());
          from = at;
        } else {
          if (depth-- === 0) throw new CutError(line, `a "${mark}" that closes nothing`);
          if (depth > 0) continue;
          keep(text.slice(from, base === 1 ? place : at));
          values.push(...finished());
          base = 0;
          from = at;
        }
      }
      keep(text.slice(from));
      return values;
    },
    /** @throws CutError when a value is still open */
    end: (): void => {
      if (depth > 0) throw new CutError(parts.length > 0 ? begins : line, 'the value that begins here is never closed');
      if (parts.length > 0)
        throw new CutError(
          begins,
          `expected an array or an object, found ${JSON.stringify(parts.join('').slice(0, 40))}`,
        );
    },
  };
};
