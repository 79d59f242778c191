import { BACKOFF, type Backoff, backoffDelay, pause } from './backoff';
import { RapportUnavailable } from './errors';
import { type Connection, jsonOf, request } from './http';
import type { TouchpointEvent, TouchpointResult } from './touchpoint';

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** How often a request is tried before `send` gives up; 8 when absent. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
}

const ATTEMPTS = 8;
/** A request stays well below the limits of a server: the most touchpoints, and the most characters. */
const MOST_ITEMS = 1_000;
const MOST_CHARACTERS = 512 * 1024;

/**
 * Records touchpoints, in requests of up to a thousand, one after another; a result for each in its place. Whatever
 * fails on its way is tried again: identities make that safe.
 *
 * @throws RapportProblem when the server refuses; RapportUnavailable when all attempts failed, and what was recorded
 * until then stays; send all again
 */
export const send = async (
  connection: Connection,
  touchpoints: readonly TouchpointEvent[],
  { signal, attempts = ATTEMPTS, backoff = BACKOFF }: SendOptions = {},
): Promise<readonly TouchpointResult[]> => {
  const results: TouchpointResult[] = [];
  for (const { body, count } of requests(touchpoints)) {
    for (let failures = 1; ; failures++) {
      try {
        results.push(...(await post(connection, body, count, signal)));
        break;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof RapportUnavailable) || failures >= attempts) throw error;
        await pause(backoffDelay(failures, backoff, error.retryAfter), signal);
        signal?.throwIfAborted();
      }
    }
  }
  return results;
};

const post = async (
  connection: Connection,
  body: string,
  count: number,
  signal: AbortSignal | undefined,
): Promise<readonly TouchpointResult[]> => {
  const response = await request(connection, '/v1/touchpoints', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json', accept: 'application/json' },
    body,
    signal,
  });
  const { results } = (await jsonOf(response)) as { readonly results?: readonly TouchpointResult[] };
  if (!Array.isArray(results) || results.length !== count)
    throw new RapportUnavailable('The server did not say what became of each touchpoint.', response.status);
  return results;
};

/** The bodies of as many requests as it takes. */
function* requests(touchpoints: readonly TouchpointEvent[]): Generator<{ body: string; count: number }> {
  let items: string[] = [];
  let characters = 0;
  const taken = () => ({ body: `[${items.join(',')}]`, count: items.length });
  for (const touchpoint of touchpoints) {
    const item = JSON.stringify({ specversion: '1.0', datacontenttype: 'application/json', data: {}, ...touchpoint });
    if (items.length === MOST_ITEMS || (items.length > 0 && characters + item.length > MOST_CHARACTERS)) {
      yield taken();
      items = [];
      characters = 0;
    }
    items.push(item);
    characters += item.length;
  }
  if (items.length > 0) yield taken();
}
