/** Customers are spread over this many buckets, the unit in which workers divide a log between them. */
export const BUCKETS = 1024;

/** A half-open range of buckets, `from <= bucket < to`. */
export interface BucketRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_BUCKETS: BucketRange = { from: 0, to: BUCKETS };

/**
 * The bucket of a customer: FNV-1a over UTF-16 code units, folded to 10 bits. Stored in logs, so it never changes.
 *
 * @example customerBucket('c-17') // always the same number from 0 to 1023
 */
export const customerBucket = (customer: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < customer.length; i++) {
    hash ^= customer.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (BUCKETS - 1);
};

/** Splits all buckets into `parts` ranges of (nearly) equal size. */
export const bucketRanges = (parts: number): readonly BucketRange[] =>
  Array.from({ length: parts }, (_, i) => ({
    from: Math.floor((i * BUCKETS) / parts),
    to: Math.floor(((i + 1) * BUCKETS) / parts),
  }));
