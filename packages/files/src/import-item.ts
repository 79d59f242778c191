import type { DecodedTouchpoint, TouchpointAdjustment, TouchpointWarning } from '@rapport/domain';

/** Where an item comes from. Lines count from 1; `line` is the first line of the item. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /**
   * What `line` counts where it is not lines: values of a JSON array, or rows of what a mapping makes, which has not
   * said of which line a row is.
   */
  readonly counts?: 'values' | 'rows of the result';
}

/** A line (or what was made of several) that cannot become a touchpoint. */
export interface RejectedItem {
  readonly kind: 'rejected';
  readonly at: Place;
  /** The field or column that is wrong; empty when it is the line as a whole. */
  readonly field: string;
  readonly reason: string;
  /** The input, shortened. */
  readonly raw: string;
}

export type ImportItem =
  | {
      readonly kind: 'touchpoint';
      readonly touchpoint: DecodedTouchpoint;
      readonly at: Place;
      /** Fields that look misspelt; absent where there are none. */
      readonly warnings?: readonly TouchpointWarning[];
      /** Values that were taken otherwise than they are written; absent where there are none. */
      readonly adjustments?: readonly TouchpointAdjustment[];
    }
  | RejectedItem;

/** What became of the lines of one input file, every line counted once. */
export interface FileAccount {
  readonly file: string;
  /** What is counted: lines of a text file, or rows where a mapping of yours reads a table or a file is an array. */
  readonly unit: 'line' | 'row';
  readonly lines: number;
  readonly header: number;
  readonly blank: number;
  /** Lines that went into touchpoints; several may have gone into one. */
  readonly becameTouchpoints: number;
  /** Lines without a customer. */
  readonly belongsToNobody: number;
  /** Lines that are right but say nothing about a relationship, by reason. */
  readonly notATouchpoint: Readonly<Record<string, number>>;
  /** Lines that are wrong, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /**
   * `lines` minus all of the above: 0 for the presets. A mapping of your own that selects or groups without saying
   * how many `lines` it used leaves a rest here.
   */
  readonly unaccounted: number;
  /** By how much all of the above is more than `lines`: a mapping that says too many `lines`. Absent: by nothing. */
  readonly countedTwice?: number;
}

/** A column of a file, and what was found out about it. */
export interface ColumnReport {
  readonly name: string;
  /** What it is called in the mapping, where that is not its name. */
  readonly column?: string;
  readonly kind: string;
  /** Why it is text, what was taken for granted, what has to be said. */
  readonly note?: string;
}

/** How a file was read: what it has not said itself, and was found out or taken for granted. */
export interface InputReport {
  readonly file: string;
  readonly layout: string;
  /** How many rows it has, invalid records included; of text without its header. */
  readonly rows: number;
  readonly columns: readonly ColumnReport[];
}

/** What an import has read, complete when the last batch has come. */
export interface ImportAccount {
  readonly touchpoints: number;
  readonly rejected: number;
  /** Touchpoints with fields that look misspelt, by what was said of the field. */
  readonly warnings: Readonly<Record<string, number>>;
  /** Values that were taken otherwise than they are written, by what was done. */
  readonly adjusted: Readonly<Record<string, number>>;
  readonly files: readonly FileAccount[];
  /** How the tables were read; empty where there is nothing to find out. */
  readonly inputs: readonly InputReport[];
  /** The import ended before its files did, because it was stopped; then `files` is empty. */
  readonly limited?: true;
}

export interface ImportBatch {
  readonly items: readonly ImportItem[];
  /** Lines that became the items so far, or were passed over. */
  readonly linesDone: number;
  /** Absent while the file is streamed and its length is not known. */
  readonly linesTotal?: number;
  /** On the last batch only. */
  readonly account?: ImportAccount;
}

export type PresetName = 'touchpoints' | 'online-retail' | 'olist' | 'cdnow';

/** A preset by name, or a SELECT of your own; `name` is what messages call it (its file). */
export type Mapping = { readonly preset: PresetName } | { readonly sql: string; readonly name?: string };
