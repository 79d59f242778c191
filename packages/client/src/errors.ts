/** Problem details of RFC 9457, as Rapport answers them. */
export interface ProblemDetails {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly [extension: string]: unknown;
}

/** The server refused, and would refuse again: a malformed cursor or filter, a wrong key, a role that is missing. */
export class RapportProblem extends Error {
  override readonly name = 'RapportProblem';

  constructor(
    message: string,
    readonly status: number,
    /** The problem document of the server; only `status` where its answer cannot be read. */
    readonly problem: ProblemDetails,
  ) {
    super(message);
  }
}

/** The server could not be reached, or did not answer as it should; the same call may succeed later. */
export class RapportUnavailable extends Error {
  override readonly name = 'RapportUnavailable';

  constructor(
    message: string,
    /** Of the answer, where one came. */
    readonly status?: number,
    /** Milliseconds the server asked to wait. */
    readonly retryAfter?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export type WebhookFailure =
  | 'missing-header'
  | 'bad-timestamp'
  | 'too-old'
  | 'too-new'
  | 'bad-signature'
  | 'not-json'
  | 'not-a-change';

/** A request that must not be believed. Answer it with 400 or 401, and do not act on it. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';

  constructor(
    readonly reason: WebhookFailure,
    message: string,
  ) {
    super(message);
  }
}
