import type { OwnedProduct } from './ownership-of';

/** Half-life of an order's weight in a score: 90 days, in milliseconds. */
export const SCORE_HALF_LIFE = 90 * 86_400_000;
/** Most similar products kept for each product. */
export const NEIGHBOURS = 100;
/** Damps the similarity of products with few owners. */
export const SIMILARITY_DAMPING = 10;

/** A product to offer a customer, and why. */
export interface CrossSellCandidate {
  readonly product: string;
  /** Sum of the weights of all the customer's products that support it; 0 for a popular one that fills the list. */
  readonly score: number;
  /** 1 for the best. */
  readonly rank: number;
  /** Customers who ever ordered it, c(j). */
  readonly owners: number;
  /** The customer's products that weigh most, at most three; none for a popular one. */
  readonly reasons: readonly CrossSellReason[];
  /** Offered only because it is popular: too few products go with the customer's. */
  readonly popular?: true;
}

export interface CrossSellReason {
  /** A product i the customer ordered. */
  readonly product: string;
  /** Customers who ordered both, c(i,j). */
  readonly together: number;
  /** Customers who ordered i, c(i). */
  readonly owners: number;
  /** c(i,j) * customers / (c(i) * c(j)): how many times more often together than by chance. Shown, never ranked by. */
  readonly lift: number;
  /** 2^(-age(i)/90 days) * similarity(i,j). */
  readonly weight: number;
}

export interface Neighbour {
  readonly product: string;
  readonly similarity: number;
  /** c(i,j). */
  readonly together: number;
  /** c(j). */
  readonly owners: number;
}

export interface CandidateOptions {
  /** Milliseconds. Facts after it do not exist. */
  readonly asOf: number;
  /** 10 when absent. */
  readonly limit?: number;
  /** Products never offered. */
  readonly exclude?: readonly string[];
  /** When given, only these are offered. */
  readonly onSale?: readonly string[];
}

/** What can be asked about all customers' orders, as of any instant (MODEL, section 7). */
export interface CrossSell {
  /** The products most similar to one, best first, ties by product id; at most 100. */
  neighbours(product: string, asOf: number): readonly Neighbour[];
  /** The products with the most owners, ties by product id; 100 when no limit is given. */
  popular(asOf: number, limit?: number): readonly { readonly product: string; readonly owners: number }[];
  /**
   * What to offer a customer who owns these products; never one of them. Products first ordered after `asOf` are
   * not theirs yet.
   *
   * @example crossSell.candidates(ownedProducts(touchpoints, asOf), { asOf, limit: 10 })
   */
  candidates(owned: readonly OwnedProduct[], options: CandidateOptions): readonly CrossSellCandidate[];
}

/** The reply to a request for candidates: some, or why there are none now. */
export type CrossSellReply =
  | { readonly kind: 'candidates'; readonly candidates: readonly CrossSellCandidate[] }
  /** The ruleset's `crossSell.when` does not hold; `reason` says which condition. */
  | { readonly kind: 'withheld'; readonly reason: string };

/** Candidates, unless they are withheld. The evaluation of the ruleset's `crossSell.when` decides that. */
export const crossSellReply = (
  crossSell: Pick<CrossSell, 'candidates'>,
  owned: readonly OwnedProduct[],
  options: CandidateOptions & { readonly withheld?: string },
): CrossSellReply =>
  options.withheld === undefined
    ? { kind: 'candidates', candidates: crossSell.candidates(owned, options) }
    : { kind: 'withheld', reason: options.withheld };
