import type { BucketRange, JsonObject } from '@rapport/domain';
import type { Either } from 'fp-ts/Either';

/**
 * The port of the event log: the only truth. Every adapter passes the contract suite in `testing/`.
 *
 * Guarantees:
 * - **Durable before the answer.** What `append` or `appendMany` acknowledged survives a kill at any moment.
 * - **Global order is commit order.** A reader that has seen position p never later finds an event at or before p.
 * - **Identity is (source, id).** The same identity with the same content is stored once and acknowledged as a
 *   duplicate; with other content it is refused as a conflict. Content is everything but `recordedAt`.
 */
export interface EventLog {
  /** Appends to one stream, all or nothing: one request of {@link EventLog.appendMany}. */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;
  /**
   * Group commit: many streams, one durable commit, a result for each request in its place. Requests are
   * independent: one refused leaves the others. They apply in order, so a later request sees an earlier one.
   *
   * Each request is decided so: an identity that stands with other content is a `conflict`; when all its events stand
   * already they are acknowledged, whatever revision was expected (a retry is never refused); otherwise the expected
   * revision must hold, and the new events are recorded.
   *
   * Rejects with TypeError, storing nothing, on requests without events, empty or ill-formed texts, and instants that
   * are not integer milliseconds; with an error of the store (full disk, say) when nothing could be stored.
   */
  appendMany(requests: readonly AppendRequest[]): Promise<readonly AppendResult[]>;
  /** The events of one stream in order of revision, by pages; nothing for a stream that does not exist. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** All events of one stream at once, as {@link EventLog.readStreams} gives them; empty where there is none. */
  readWhole(stream: string, options?: ReadWholeOptions): Promise<readonly StreamEvent[]>;
  /** All events after a position (from the start when absent) in global order, by pages, up to the present end. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** As `readAll`, and then waits for more until the signal aborts. */
  subscribeAll(options: ReadAllOptions & { readonly signal: AbortSignal }): AsyncIterable<readonly RecordedEvent[]>;
  /**
   * Whole streams, one after another, for those who fold every customer: replay, rebuild, verify. A stream never
   * spans two pages' elements; memory is bounded by the longest stream.
   */
  readStreams(options: ReadStreamsOptions): AsyncIterable<readonly StreamEvents[]>;
  /** The position of the last event; undefined in an empty log. */
  head(): Promise<Position | undefined>;
  /** How many events there are, and how many streams, by category. For progress bars and reports. */
  count(): Promise<LogCount>;
  /**
   * Computes every content hash and every link of the ledger again from what is stored. For the auditor: anyone who
   * altered, added, removed or moved an event is found. Reads the whole log.
   */
  verifyIntegrity(onProgress?: (progress: IntegrityProgress) => void): Promise<IntegrityReport>;
  /** May be called twice. */
  close(): Promise<void>;
}

declare const positionBrand: unique symbol;
/** Opaque, totally ordered by plain string comparison (`<`), serialisable. */
export type Position = string & { readonly [positionBrand]: true };

export interface NewEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** Schema version of `data`; 1 when absent. */
  readonly version?: number;
  readonly occurredAt: number;
  /** When the log took it, where history says so; else the log's clock. Not part of the content. */
  readonly recordedAt?: number;
  readonly staff?: string;
  readonly correlationId?: string;
  readonly data: JsonObject;
}

export interface RecordedEvent extends NewEvent {
  readonly version: number;
  readonly recordedAt: number;
  readonly stream: string;
  /** 0 for the first event of the stream. */
  readonly revision: number;
  readonly position: Position;
}

/** An event within its stream, as {@link EventLog.readStreams} gives it: without what the stream already says. */
export interface StreamEvent extends NewEvent {
  readonly version: number;
  readonly recordedAt: number;
}

export interface StreamEvents {
  readonly stream: string;
  /** In order of revision. */
  readonly events: readonly StreamEvent[];
}

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
}

/** `any`: whatever is there; `none`: the stream must not exist; `exists`: it must; a number: its last revision. */
export type ExpectedRevision = 'any' | 'none' | 'exists' | number;

/** What was done: `recorded` new events; the others were duplicates (`recorded` 0: all of them). */
export interface Appended {
  /** Of the last event of the request, recorded now or before. */
  readonly position: Position;
  readonly revision: number;
  readonly recorded: number;
  readonly duplicates: number;
}

export type AppendRefused =
  | { readonly kind: 'wrong-revision'; readonly expected: ExpectedRevision; readonly actual: number | 'none' }
  /** `position` of the event that stands; absent when both are of the same request. */
  | { readonly kind: 'conflict'; readonly source: string; readonly id: string; readonly position?: Position };

export type AppendResult = Either<AppendRefused, Appended>;

/** `customer` for `customer-17`: what stands before the first dash. */
export type StreamCategory = 'customer' | 'relationship' | 'staff' | 'rulesets' | (string & {});

export interface ReadStreamOptions {
  /** First revision wanted; 0 when absent. */
  readonly from?: number;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface ReadAllOptions {
  /** Exclusive. */
  readonly after?: Position;
  /** Inclusive. */
  readonly until?: Position;
  readonly category?: StreamCategory;
  /** Only these types of events; all when absent, none when empty. Rare ones are found without reading the others. */
  readonly types?: readonly string[];
  readonly buckets?: BucketRange;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
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

/** Names of streams: of a customer's touchpoints, of the decisions about a customer, of touchpoints about staff. */
export const customerStream = (customer: string): string => `customer-${customer}`;
export const relationshipStream = (customer: string): string => `relationship-${customer}`;
export const staffStream = (staff: string): string => `staff-${staff}`;
/** The one stream that says which rulesets came into force. */
export const RULESETS_STREAM = 'rulesets';
/** Whom a stream is about: `17` for `customer-17`. */
export const subjectOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
/** What a stream is of: `customer` for `customer-17`. */
export const categoryOf = (stream: string): string => {
  const dash = stream.indexOf('-');
  return dash < 0 ? stream : stream.slice(0, dash);
};

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
