import type { FileAccount } from './import-item';

/** What may become of a line. */
export type Outcome = 'touchpoint' | 'nobody' | 'not-a-touchpoint' | 'rejected' | 'header' | 'blank';

/** Reasons that hold a value of the line would make the account as long as the file. */
const MAX_REASONS = 100;
const OTHER = 'other reasons';

/** Counts the lines of one file by what became of them. */
export interface FileLedger {
  readonly count: (outcome: Outcome, lines: number, reason?: string) => void;
  readonly counted: () => number;
  /** Says how long the file is, once that is known otherwise than by counting. */
  readonly expect: (lines: number) => void;
  readonly expected: () => number | undefined;
  readonly account: () => FileAccount;
}

/** Adds to one of the counts, by reason. */
export const tally = (counts: Map<string, number>, reason: string, lines: number): void => {
  const key = counts.has(reason) || counts.size < MAX_REASONS ? reason : OTHER;
  counts.set(key, (counts.get(key) ?? 0) + lines);
};

/** Without `expect`, the file is as long as what was counted. */
export const fileLedger = (file: string, unit: FileAccount['unit'] = 'line'): FileLedger => {
  const plain = { touchpoint: 0, nobody: 0, header: 0, blank: 0 };
  const notATouchpoint = new Map<string, number>();
  const rejected = new Map<string, number>();
  let counted = 0;
  let expected: number | undefined;
  return {
    count: (outcome, lines, reason = 'no reason given') => {
      if (lines === 0) return;
      counted += lines;
      if (outcome === 'not-a-touchpoint') tally(notATouchpoint, reason, lines);
      else if (outcome === 'rejected') tally(rejected, reason, lines);
      else plain[outcome] += lines;
    },
    counted: () => counted,
    expect: (lines) => {
      expected = lines;
    },
    expected: () => expected,
    account: () => ({
      file,
      unit,
      lines: expected ?? counted,
      header: plain.header,
      blank: plain.blank,
      becameTouchpoints: plain.touchpoint,
      belongsToNobody: plain.nobody,
      notATouchpoint: Object.fromEntries(notATouchpoint),
      rejected: Object.fromEntries(rejected),
      unaccounted: Math.max(0, (expected ?? counted) - counted),
      ...(counted > (expected ?? counted) ? { countedTwice: counted - (expected ?? counted) } : {}),
    }),
  };
};
