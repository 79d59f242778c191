import type { DecodeContext } from '@rapport/domain';
import type { FileLedger } from './account';
import type { ImportItem, InputReport } from './import-item';
import type { ValueFormat } from './value-format';

/** What a reading needs, and where it says which ledgers it has begun. */
export interface ReadingRun {
  readonly context: DecodeContext;
  readonly format: ValueFormat;
  readonly signal?: AbortSignal;
  /** Called once for every input file, before its first item. */
  readonly begun: (ledger: FileLedger) => void;
  /** Called for every file of which something had to be found out, before the first touchpoint. */
  readonly found: (input: InputReport) => void;
}

/** Reads some files in one way; yields items in an order that the same files always have. */
export type Reading = (run: ReadingRun) => AsyncGenerator<readonly ImportItem[]>;
