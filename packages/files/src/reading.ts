import type { DecodeContext } from '@rapport/domain';
import type { FileLedger } from './account';
import type { ImportItem } from './import-item';

/** What a reading needs, and where it says which ledgers it has begun. */
export interface ReadingRun {
  readonly context: DecodeContext;
  readonly signal?: AbortSignal;
  /** Called once for every input file, before its first item. */
  readonly begun: (ledger: FileLedger) => void;
}

/** Reads some files in one way; yields items in an order that the same files always have. */
export type Reading = (run: ReadingRun) => AsyncGenerator<readonly ImportItem[]>;
