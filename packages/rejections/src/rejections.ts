/** What intake refuses, and what is kept of it. */
import type { Catalogue } from '@rapport/domain';
import type { Either } from 'fp-ts/Either';

/** What is wrong with one field. */
export interface RefusedField {
  /** As the sender calls it; empty for the whole. */
  readonly field: string;
  /** Where that is in the body (RFC 6901); absent if unknown. */
  readonly pointer?: string;
  readonly message: string;
}

/** What is known of a touchpoint that was refused, or of a request as a whole. */
interface About {
  /** The sender: the id of a key, `token:` and the subject of a token; absent if unknown. */
  readonly key?: string;
  /** As the sender names it. */
  readonly source?: string;
  /** The id of the touchpoint. */
  readonly touchpoint?: string;
  readonly customer?: string;
  /** The kind of refusal, such as `invalid-touchpoint`: a closed list. */
  readonly reason: string;
  /** What it was answered with, or would have been had it come alone. */
  readonly status: number;
  readonly problems: readonly RefusedField[];
  /** `POST /v1/touchpoints` */
  readonly route: string;
  /** In which form it came, such as `cloudevents-batch`. */
  readonly format: string;
  /** Its place among others: `index 3` of a list, `line 17` of a stream. */
  readonly place?: string;
  /** Of what is kept, that of the last one. */
  readonly requestId: string;
}

/** One touchpoint that was refused, or a request as a whole. */
export interface Refused extends About {
  /** Asked for only where it is kept. Absent or undefined: there is none to keep. */
  readonly body?: () => string | Uint8Array | undefined;
  /** How long the body was that is not here, as the sender said. */
  readonly declaredBytes?: number;
}

/** What is kept of a refusal. The same one that comes again is counted, not kept twice. */
export interface Rejection extends About {
  readonly id: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How often it came. */
  readonly times: number;
  /** The first 32 hexadecimal digits of the SHA-256 of the body as it was sent; of an item in a list, of its JSON. */
  readonly fingerprint: string;
  /** `whole` except for masked values; `cut` after a number of bytes; `none`. */
  readonly bodyIs: 'whole' | 'cut' | 'none';
  /** How long it was when it came, in bytes; absent where that is not known. */
  readonly bodyBytes?: number;
  /** How many values of the body are masked. */
  readonly masked: number;
  /** Where they are: the first twenty. */
  readonly maskedAt: readonly string[];
}

export interface RejectionWithBody extends Rejection {
  readonly body?: string;
}

/** `refused` is always `kept` + `left` + `notKept`. */
export interface RejectionCounts {
  readonly refused: number;
  /** Those that the store has. */
  readonly kept: number;
  /** Those that it had: the oldest leave where there is no room. */
  readonly left: number;
  /** Those that came too fast, or could not be written. */
  readonly notKept: number;
}

export interface RejectionsQuery {
  readonly source?: string;
  readonly reason?: string;
  readonly key?: string;
  readonly fingerprint?: string;
  /** Came at this instant or later, the last time. */
  readonly since?: number;
  /** Cursor of the page before. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface RejectionsPage {
  /** Newest first, by when they first came. */
  readonly rejections: readonly Rejection[];
  /** `after` of the next page; absent on the last. */
  readonly next?: string;
}

/** `after` is not a cursor of this list. */
export interface RejectionsProblem {
  readonly kind: 'invalid-cursor';
}

/** What became of a refusal that was noted. */
export interface Noted {
  /** Of what is kept, once it is written; absent where it is only counted. */
  readonly id?: string;
  /** Whether a log should say so: what is kept, and once a minute for each key that more is refused than is kept. */
  readonly tell: boolean;
}

/** Asking what was refused. All throw StoreError. */
export interface RejectionsReader {
  list(query: RejectionsQuery): Either<RejectionsProblem, RejectionsPage>;
  find(id: string): RejectionWithBody | undefined;
  /** Of one key, or of all. */
  counts(key?: string): RejectionCounts;
  /** May be called twice. */
  close(): void;
}

export interface Rejections extends RejectionsReader {
  /**
   * Notes a refusal, to be written in a moment with others. It never throws and never waits: what cannot be kept is
   * counted.
   *
   * @param catalogue says which fields are known; values of others are masked
   */
  note(refused: Refused, catalogue: Catalogue): Noted;
}
