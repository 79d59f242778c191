import { type ProblemDetails, RapportProblem, RapportUnavailable } from './errors';

export type Fetch = typeof globalThis.fetch;

export interface Connection {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly key: string | undefined;
  readonly fetch: Fetch;
}

/** Answers that may be others at the next attempt. */
const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** Milliseconds of a `Retry-After`: seconds, or a date. */
export const retryAfterOf = (header: string | null, now = Date.now()): number | undefined => {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};

/** Characters of a refusal that are read: its subject is at its beginning, and a proxy's page may be long. */
const MOST_SAID = 64 * 1024;

const problemOf = async (response: Response): Promise<ProblemDetails> => {
  try {
    const text = (await response.text()).slice(0, MOST_SAID);
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document))
      return document as ProblemDetails;
  } catch {
    // A proxy's page, or a connection cut: the status has to say it.
  }
  return { status: response.status };
};

const messageOf = (status: number, { title, detail }: ProblemDetails, what: string): string => {
  const said = [title, detail].filter((text) => typeof text === 'string' && text !== '').join(': ');
  const advice =
    status === 401
      ? ' Check the key.'
      : status === 403
        ? ' The key lacks the role for it.'
        : status === 404
          ? ' Check the address of the server.'
          : '';
  return `${what} was refused with ${status}${said === '' ? '' : ` (${said})`}.${advice}`;
};

/**
 * One request.
 *
 * @throws RapportProblem when the server refuses it; RapportUnavailable when trying again makes sense
 */
export const request = async (
  { baseUrl, key, fetch }: Connection,
  path: string,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
): Promise<Response> => {
  const what = `${init.method ?? 'GET'} ${path.replace(/\?.*/, '')}`;
  let response: Response;
  try {
    response = await fetch(`${baseUrl}${path}`, {
      ...init,
      headers: { ...headers, ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }) },
    });
  } catch (error) {
    throw new RapportUnavailable(`${baseUrl} cannot be reached: ${reasonOf(error)}.`, undefined, undefined, error);
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  const message = messageOf(response.status, problem, what);
  throw isTransient(response.status)
    ? new RapportUnavailable(message, response.status, retryAfterOf(response.headers.get('retry-after')))
    : new RapportProblem(message, response.status, problem);
};

/** An error in words: fetch hides the system's message in the cause. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
};

/** @throws RapportUnavailable when the answer was cut or is not JSON */
export const jsonOf = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (error) {
    throw new RapportUnavailable(`The answer is broken: ${reasonOf(error)}.`, response.status, undefined, error);
  }
};
