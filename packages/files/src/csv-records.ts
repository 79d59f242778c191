import { type FileLine, shorten } from './lines';

/** A record of a CSV file: one line, or several when a value in quotes holds line breaks. */
export interface CsvRecord {
  readonly line: number;
  /** How many lines it takes. */
  readonly span: number;
  /** The values without their quotes; empty for a blank line and for a record with a fault. */
  readonly values: readonly string[];
  /** The beginning of a record with a fault, to show it. */
  readonly text?: string;
  readonly fault?: string;
}

/** A quote that is still open after this number of lines was never closed. */
const MAX_SPAN = 1_000;

const NEVER_CLOSED = 'a quote that is never closed';
const CLOSED_EARLY = 'a quote that is closed before the value ends';
const QUOTE_AFTER_SPACE = 'a quote after a space; a value in quotes begins with its quote';

/** A record while its lines come in. */
interface Cutting {
  readonly values: string[];
  /** What is read of the value whose quote is open. */
  open?: string;
}

/** Reads a line into a record. `open`: it goes on in the next line; undefined: it is complete; else what is wrong. */
const cut = (into: Cutting, text: string, delimiter: string): 'open' | undefined | { readonly fault: string } => {
  for (let at = 0; ; at++) {
    if (into.open === undefined && text[at] === '"') {
      into.open = '';
      at++;
    }
    if (into.open === undefined) {
      const end = text.indexOf(delimiter, at);
      const value = end === -1 ? text.slice(at) : text.slice(at, end);
      if (value.includes('"') && value.trimStart().startsWith('"')) return { fault: QUOTE_AFTER_SPACE };
      into.values.push(value);
      if (end === -1) return undefined;
      at = end;
      continue;
    }
    for (;;) {
      const quote = text.indexOf('"', at);
      into.open += quote === -1 ? text.slice(at) : text.slice(at, quote);
      if (quote === -1) return 'open';
      at = quote + 1;
      if (text[at] !== '"') break;
      into.open += '"';
      at++;
    }
    into.values.push(into.open);
    into.open = undefined;
    if (at === text.length) return undefined;
    if (text[at] !== delimiter) return { fault: CLOSED_EARLY };
  }
};

/**
 * Cuts the lines of a CSV file into records (RFC 4180; a quote opens only at the beginning of a value). The first
 * record, the header, says how many values a record has. Of a record that is wrong only its first line is given up; the
 * lines after it are read again, each by itself, so that a stray quote costs no other record.
 *
 * @param delimiterOf the delimiter, from the first line that is not blank
 */
export async function* csvRecords(
  batches: AsyncIterable<readonly FileLine[]>,
  delimiterOf: (header: string) => string,
): AsyncGenerator<readonly CsvRecord[]> {
  let delimiter: string | undefined;
  let width: number | undefined;
  /** The lines of the record that is open, and what was cut of them. */
  let held: FileLine[] = [];
  let cutting: Cutting = { values: [] };

  const rejected = ({ line, text }: FileLine, fault: string): CsvRecord => ({
    line,
    span: 1,
    values: [],
    text: shorten(text),
    fault,
  });

  /** What a line makes of the record that it begins or goes on with; `broken`: that one was invalid. */
  const take = (line: FileLine): CsvRecord | 'open' | 'broken' => {
    if (line.fault !== undefined) return held.length === 0 ? rejected(line, line.fault) : 'broken';
    if (held.length === 0) {
      if (line.text.trim() === '' && (delimiter === undefined || !line.text.includes(delimiter)))
        return { line: line.line, span: 1, values: [] };
      delimiter ??= delimiterOf(line.text);
      cutting = { values: [] };
    } else cutting.open += held[held.length - 1]!.end ?? '\n';
    const found = cut(cutting, line.text, delimiter as string);
    if (found === 'open') return 'open';
    const { values } = cutting;
    width ??= found === undefined ? values.length : undefined;
    const fault =
      found?.fault ?? (values.length === width ? undefined : `expected ${width} columns, found ${values.length}`);
    if (fault !== undefined) return held.length === 0 ? rejected(line, fault) : 'broken';
    return { line: (held[0] ?? line).line, span: held.length + 1, values };
  };

  const recordsOf = (lines: readonly FileLine[], atEnd: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    const waiting = [...lines].reverse();
    const giveUp = ([first, ...after]: readonly FileLine[]): void => {
      records.push(rejected(first!, NEVER_CLOSED));
      waiting.push(...after.reverse());
      held = [];
    };
    for (;;) {
      if (held.length === MAX_SPAN || (atEnd && waiting.length === 0 && held.length > 0)) giveUp(held);
      const line = waiting.pop();
      if (line === undefined) {
        if (!atEnd || held.length === 0) return records;
        continue;
      }
      const outcome = take(line);
      if (outcome === 'open') held.push(line);
      else if (outcome === 'broken') giveUp([...held, line]);
      else {
        records.push(outcome);
        held = [];
      }
    }
  };

  for await (const lines of batches) yield recordsOf(lines, false);
  yield recordsOf([], true);
}
