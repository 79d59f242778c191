import type { CrossSell, OwnershipFact } from '@rapport/domain';

/**
 * The port of the cross-sell projection: who ordered what first when, and how far the log is folded in. It can be
 * dropped and rebuilt. Every adapter passes the contract suite in `testing/`.
 */
export interface CrossSellStore {
  /** Position of the log up to which all facts are in; undefined in an empty store. */
  checkpoint(): Promise<string | undefined>;
  /**
   * Adds facts and sets the checkpoint in one transaction. Facts may come in any order, late, and again.
   *
   * `forget` takes customers and their facts out first. It is for an erased customer, and for a merge: forget the
   * merged customer and add their facts again under the survivor; for the reverse, forget the survivor and add what is
   * each one's.
   */
  applyFacts(facts: readonly OwnershipFact[], checkpoint: string, forget?: readonly string[]): Promise<void>;
  /**
   * The answers from everything stored. Reads the whole store at the first call and whenever another process has
   * written; otherwise it costs nothing. What this store applies later is seen by answers already handed out.
   */
  load(): Promise<CrossSell>;
  /**
   * Replaces everything by the facts of `batches`, read from the start of the log up to `checkpoint`, and switches in
   * one transaction: until then, and when `batches` throws, the old facts answer. Needs the memory of the index, not
   * of the batches. Nothing else may apply facts meanwhile; afterwards continue from `checkpoint`.
   */
  rebuild(batches: FactBatches, checkpoint: string): Promise<CrossSellSize>;
  size(): Promise<CrossSellSize>;
  /** May be called twice. */
  close(): Promise<void>;
}

export type FactBatches = Iterable<readonly OwnershipFact[]> | AsyncIterable<readonly OwnershipFact[]>;

export interface CrossSellSize {
  readonly facts: number;
  readonly customers: number;
  /** Products ever seen. */
  readonly products: number;
}
