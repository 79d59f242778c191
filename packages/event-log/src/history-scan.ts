import type { BucketRange } from '@rapport/domain';
import type { NewEvent, Position, RecordedEvent, StreamCategory } from './event-log';

/**
 * The port for work on the history as a whole, or on one customer's in pieces: replay, rebuild, verification,
 * explanations. It only reads. A store on this machine gives it itself; an event store elsewhere gives it by a copy that
 * is kept here. Every adapter passes the contract suite in `testing/`.
 */
export interface HistoryScan extends HistoryPages {
  /**
   * Whole streams, one after another, for those who fold every customer. A stream never spans two elements of the pages;
   * memory is bounded by the longest stream.
   */
  readStreams(options: ReadStreamsOptions): AsyncIterable<readonly StreamEvents[]>;
  /** All events of one stream at once, as {@link HistoryScan.readStreams} gives them; empty where there is none. */
  readWhole(stream: string, options?: ReadWholeOptions): Promise<readonly StreamEvent[]>;
}

/**
 * History in bounded pages, each of them one question and one answer: it can be asked on another thread
 * (`openHistoryPagesOnThread`), and the caller may stop after any page.
 */
export interface HistoryPages {
  /** Some events of one stream, in order of revision. At most `limit` of them, and no more after an absent `next`. */
  readStreamPage(stream: string, request: StreamPageRequest): Promise<StreamPage>;
  /**
   * Some events after a position, in global order. Each call looks at a bounded part of the log, so a page may have fewer
   * events than `limit`, or none, before the end is reached: go on from `looked` until `atEnd`.
   */
  readAllPage(request: AllPageRequest): Promise<AllPage>;
  /** How many events and streams there are, by category: for progress bars and reports. */
  count(): Promise<LogCount>;
  /** How many events lie after a position (from the start when absent), whatever they are. */
  countAfter(position: Position | undefined): Promise<number>;
}

export interface StreamPageRequest {
  /** First revision wanted; 0 when absent. */
  readonly from?: number;
  /** Inclusive; events after it are left out. */
  readonly until?: Position;
  /** 1 or more. */
  readonly limit: number;
}

export interface StreamPage {
  readonly events: readonly RecordedEvent[];
  /** Pass as `from` for the next page; absent on the last. */
  readonly next?: number;
}

export interface AllPageRequest {
  /** Exclusive; from the start when absent. */
  readonly after?: Position;
  /** Inclusive; the present end when absent. */
  readonly until?: Position;
  readonly category?: StreamCategory;
  /** Only these types; all when absent, none when empty. */
  readonly types?: readonly string[];
  /** 1 or more. */
  readonly limit: number;
}

export interface AllPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was looked at: pass as `after` for the next page. Undefined in an empty log. */
  readonly looked: Position | undefined;
  /** Nothing that was asked for lies after `looked`, at this moment. */
  readonly atEnd: boolean;
}

/** An event within its stream, without what the stream already says. */
export interface StreamEvent extends NewEvent {
  readonly version: number;
  readonly recordedAt: number;
}

export interface StreamEvents {
  readonly stream: string;
  /** In order of revision. */
  readonly events: readonly StreamEvent[];
}

export interface ReadStreamsOptions {
  readonly category: StreamCategory;
  readonly buckets: BucketRange;
  /** Inclusive; events after it are left out. */
  readonly until?: Position;
  /** Types whose `data` the reader will look at; others come with `{}`, unparsed. All when absent. */
  readonly wantsData?: (type: string) => boolean;
  /** For readers that look at none of them: leaves out `staff` and `correlationId`, and `recordedAt` is 0. */
  readonly lean?: boolean;
  readonly signal?: AbortSignal;
}

/** As for whole streams in bulk. */
export type ReadWholeOptions = Pick<ReadStreamsOptions, 'until' | 'wantsData' | 'lean'>;

export interface LogCount {
  readonly events: number;
  readonly byCategory: Readonly<Record<string, { readonly events: number; readonly streams: number }>>;
}
