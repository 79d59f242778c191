import type { JsonObject } from '@rapport/domain';
import type { Either } from 'fp-ts/Either';

/**
 * The port of the event log: the only truth. It asks for what every event store has. Reading the whole history customer
 * by customer is a {@link HistoryScan}, and proving that nothing was altered is {@link Auditable}. Every adapter passes
 * the contract suite in `testing/`.
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
  /** All events after a position (from the start when absent) in global order, by pages, up to the present end. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** As `readAll`, and then waits for more until the signal aborts. */
  subscribeAll(options: ReadAllOptions & { readonly signal: AbortSignal }): AsyncIterable<readonly RecordedEvent[]>;
  /** The position of the last event; undefined in an empty log. */
  head(): Promise<Position | undefined>;
  /** A text as a position, where this log may have given it; undefined for any other text. */
  parsePosition(text: string): Position | undefined;
  /** May be called twice. */
  close(): Promise<void>;
}

declare const positionBrand: unique symbol;
/**
 * Where an event stands in the log. Opaque: later events have greater positions by plain string comparison (`<`), with
 * gaps of any size between them, so nothing else can be computed from one. It may be stored and sent as a text;
 * {@link EventLog.parsePosition} takes it back.
 */
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
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
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
