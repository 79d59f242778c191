import type { Position } from './event-log';

/** The port of a log that can prove what it holds: its events are linked by hashes (see `ledger.ts`). */
export interface Auditable {
  /**
   * Computes every content hash and every link of the ledger again from what is stored. For the auditor: an event that
   * was altered, added, removed or moved is found. Reads the whole log.
   */
  verifyIntegrity(onProgress?: (progress: IntegrityProgress) => void): Promise<IntegrityReport>;
}

export interface IntegrityProgress {
  readonly done: number;
  readonly total: number;
}

export interface IntegrityReport {
  readonly events: number;
  readonly commits: number;
  /** Empty when nothing was altered. The first thousand, in order of position. */
  readonly problems: readonly IntegrityProblem[];
  /** The last link of the ledger, hex: noted elsewhere, it proves later that nothing was cut off the end. */
  readonly chain: string;
}

export interface IntegrityProblem {
  /** Where it shows; absent for what concerns no single event. */
  readonly position?: Position;
  readonly what: string;
}
