import type { BucketRange } from '@rapport/domain';
import type { EventLogWithHistory } from '@rapport/event-log';

/**
 * Work on all customers that divides by bucket: made once per worker from options that survive structured cloning,
 * then called for one range after another.
 */
export interface JobContext {
  readonly log: EventLogWithHistory;
  readonly signal: AbortSignal;
  /** Hands over a piece of the result; resolves when the receiver may be given more. */
  emit(piece: unknown): Promise<void>;
  /** Touchpoints and customers done since the last call. */
  progress(touchpoints: number, customers: number): void;
}

export type Job = (context: JobContext) => {
  run(range: BucketRange): Promise<void>;
  /** The rest of the result, when all ranges are done. */
  result(): unknown;
};

/** Makes a job from its options. */
export type JobFactory<Options> = (options: Options) => Job;
