import { createHash } from 'node:crypto';

/** One recorded event as the ledger sees it. */
export interface LedgerEntry {
  readonly position: number;
  readonly revision: number;
  readonly recordedAt: number;
  /** Of the content, 32 bytes. */
  readonly hash: Uint8Array;
}

export const HASH_BYTES = 32;
const ENTRY_BYTES = 24 + HASH_BYTES;
const ENTRIES_PER_BLOCK = 256;

/** What stands before the first commit. */
export const FIRST_LINK: Uint8Array = new Uint8Array(HASH_BYTES);

export interface LedgerLink {
  add(entry: LedgerEntry): void;
  /** Once, after all entries. */
  digest(): Buffer;
}

/**
 * The link of a commit: SHA-256 of the link before it and, for each event in order, position, revision and recordedAt
 * as 64-bit big-endian integers and the content hash. Altering, adding, removing or moving an event breaks its link.
 */
export const ledgerLink = (previous: Uint8Array): LedgerLink => {
  const hash = createHash('sha256').update(previous);
  const block = Buffer.allocUnsafe(ENTRIES_PER_BLOCK * ENTRY_BYTES);
  let used = 0;
  return {
    add: (entry) => {
      writeInteger(block, entry.position, used);
      writeInteger(block, entry.revision, used + 8);
      writeInteger(block, entry.recordedAt, used + 16);
      block.set(entry.hash, used + 24);
      used += ENTRY_BYTES;
      if (used < block.length) return;
      hash.update(block);
      used = 0;
    },
    digest: () => hash.update(block.subarray(0, used)).digest(),
  };
};

/** A safe integer as 64-bit two's complement; in halves, because BigInt is ten times slower. */
const writeInteger = (bytes: Buffer, value: number, at: number): void => {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
};
