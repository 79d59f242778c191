import { type FileLine, shorten } from './lines';

/** A record of a CSV file: one line, or several when a quoted value holds line breaks. */
export interface CsvRecord {
  readonly line: number;
  /** How many lines it takes. */
  readonly span: number;
  readonly text: string;
  readonly fault?: string;
}

/** A quote that is still open after so many lines was never closed. */
const MAX_SPAN = 1_000;

const hasOpenQuote = (text: string, open: boolean): boolean => {
  let odd = open;
  for (let i = text.indexOf('"'); i !== -1; i = text.indexOf('"', i + 1)) odd = !odd;
  return odd;
};

/** Puts the lines of quoted values together again; a doubled quote opens and closes, so counting them is enough. */
export async function* csvRecords(batches: AsyncIterable<readonly FileLine[]>): AsyncGenerator<readonly CsvRecord[]> {
  let open: FileLine[] = [];

  const joined = (): CsvRecord => ({
    line: open[0].line,
    span: open.length,
    text: open.map(({ text }) => text).join('\n'),
    fault: open.find(({ fault }) => fault !== undefined)?.fault,
  });

  const recordsOf = (lines: readonly FileLine[], atEnd: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    const waiting = [...lines].reverse();
    for (;;) {
      const line = waiting.pop();
      if (line === undefined || open.length === MAX_SPAN) {
        if (line !== undefined) waiting.push(line);
        else if (!atEnd || open.length === 0) return records;
        // Only the line that opened the quote is given up; those after it are read again on their own.
        const [bad, ...after] = open;
        records.push({ line: bad.line, span: 1, text: shorten(bad.text), fault: 'a quote that is never closed' });
        open = [];
        waiting.push(...after.reverse());
        continue;
      }
      const stillOpen = line.fault === undefined ? hasOpenQuote(line.text, open.length > 0) : open.length > 0;
      if (open.length === 0 && !stillOpen) {
        records.push({ line: line.line, span: 1, text: line.text, fault: line.fault });
        continue;
      }
      open.push(line);
      if (!stillOpen) {
        records.push(joined());
        open = [];
      }
    }
  };

  for await (const lines of batches) yield recordsOf(lines, false);
  yield recordsOf([], true);
}
