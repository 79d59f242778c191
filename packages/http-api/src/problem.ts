/**
 * Every refusal is a problem document of RFC 9457 (`application/problem+json`). Kinds are a closed list, because clients
 * decide by `type`: a kind is never renamed.
 */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

const kinds = <K extends string>(of: Record<K, readonly [status: number, title: string, meaning: string]>) => of;

/** Status, title, and what the reference says of it. `type` is `/problems/<kind>`. */
export const PROBLEMS = kinds({
  'malformed-request': [400, 'Malformed request', 'The request is not HTTP as it should be.'],
  'malformed-json': [400, 'Malformed JSON', 'The body is not JSON in UTF-8; `detail` says where it stops being so.'],
  'invalid-request': [400, 'Invalid request', 'A parameter or a field of the body is wrong; `errors` says which.'],
  'invalid-cursor': [400, 'Invalid cursor', 'A cursor that this interface did not give. Begin without one.'],
  unauthenticated: [401, 'Not authenticated', 'No key, or none that is accepted.'],
  forbidden: [403, 'Not allowed', 'The key is right, its roles do not allow this.'],
  'not-found': [404, 'Not found', 'There is nothing of that name here.'],
  'method-not-allowed': [405, 'Method not allowed', 'The header `Allow` lists what is.'],
  'not-acceptable': [406, 'Not acceptable', 'None of the media types in `Accept` can be given.'],
  timeout: [408, 'Timeout', 'The request took too long to arrive.'],
  conflict: [409, 'Conflict', 'It contradicts what stands. For a touchpoint: its identity is taken by other content.'],
  'too-large': [413, 'Too large', 'More than the limit named in `detail`; send it in parts, or as a stream.'],
  'unsupported-media-type': [415, 'Unsupported media type', 'Media type, charset or encoding; `detail` lists what is.'],
  'invalid-touchpoint': [422, 'Invalid touchpoint', 'It cannot be recorded; `errors` says which fields and why.'],
  unprocessable: [422, 'Cannot be done', 'The request is well-formed, and what it asks for cannot be done.'],
  'too-many-requests': [429, 'Too many requests', 'Wait as long as `Retry-After` says.'],
  'headers-too-large': [431, 'Headers too large', 'Send fewer or shorter headers.'],
  internal: [500, 'Internal error', 'A defect. It is logged under the id in `instance`.'],
  unavailable: [503, 'Unavailable', 'Not ready, or a store is in use elsewhere. Wait as long as `Retry-After` says.'],
  'storage-full': [
    507,
    'Storage full',
    'The disk is full. Send the request again when there is room; what was stored is intact.',
  ],
});

export type ProblemKind = keyof typeof PROBLEMS;

export interface FieldError {
  /** As the sender calls it: `data.items[0].price`; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The id of the request. */
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** Additions to the words of a refusal. */
export interface RefusalOptions extends ErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Thrown by handlers and hooks to refuse a request. `detail` says what, where, and what to do.
 *
 * @example throw new Refusal('not-found', `There is no customer "${id}". Customers begin with their first touchpoint.`)
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly kind: ProblemKind,
    readonly detail: string,
    { errors, headers = {}, ...options }: RefusalOptions = {},
  ) {
    super(detail, options);
    this.errors = errors;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.kind][0];
  }
}

/** The body of a refusal. */
export const problemOf = ({ kind, detail, errors }: Refusal, instance: string): Problem => {
  const [status, title] = PROBLEMS[kind];
  return { type: `/problems/${kind}`, title, status, detail, instance, ...(errors === undefined ? {} : { errors }) };
};
