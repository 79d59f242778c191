import type { Targets } from '../egress/targets';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The outcome of one request. */
export interface Answer {
  /** Absent where no answer came. */
  readonly status?: number;
  /** Why the request counts as failed; absent for 2xx. */
  readonly error?: string;
  readonly retryAfter?: string;
  readonly milliseconds: number;
}

/** The connections to one endpoint. */
export interface Sender {
  /** Never rejects. */
  send(message: Message): Promise<Answer>;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly url: string;
  readonly targets: Targets;
  readonly connections: number;
  readonly timeoutMilliseconds: number;
  readonly userAgent: string;
}

/** The rest of an answer is not read. */
const BODY_BYTES = 1_024;
const LONGEST_HEADER = 16 * 1_024;

type Body = AsyncIterable<Uint8Array> & { destroy(): unknown };

/** The beginning of a body as one line of text. The connection is closed if more comes. */
const beginningOf = async (body: Body): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, BODY_BYTES - size));
    size += chunk.length;
    if (size >= BODY_BYTES) break;
  }
  body.destroy();
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
};

const firstOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const failureOf = (status: number, location: string | undefined, text: string): string => {
  const said = text === '' ? '' : `: ${text}`;
  if (status >= 300 && status < 400) {
    const where = location === undefined ? '' : ` to ${location.slice(0, 300)}`;
    return `the endpoint answered ${status}, a redirect${where}; redirects are not followed, change the URL of the subscription`;
  }
  return `the endpoint answered ${status}${said}`;
};

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused: nothing listens there',
  ENOTFOUND: 'the name of the endpoint has no address',
  EAI_AGAIN: 'the name of the endpoint could not be looked up just now',
  ECONNRESET: 'the endpoint closed the connection without an answer',
  UND_ERR_SOCKET: 'the endpoint closed the connection without an answer',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the endpoint does not speak TLS there; is it http, or another port?',
  EHOSTUNREACH: 'there is no way to the endpoint',
  ENETUNREACH: 'there is no way to the endpoint',
};

const wordsOf = (error: unknown, timedOut: boolean, timeout: number): string => {
  if (timedOut) return `no answer within ${timeout / 1_000} s`;
  const causes = error instanceof AggregateError ? error.errors : [];
  const { code, message } = (causes[0] ?? error) as { readonly code?: string; readonly message?: string };
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection within ${timeout / 1_000} s`;
  const known = code === undefined ? undefined : WORDS[code];
  if (known !== undefined) return known;
  const text = (message ?? String(error)).replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return code === undefined || text.includes(code) ? text : `${text} (${code})`;
};

/** Opens connections as they are needed and keeps them alive, so that most deliveries cost one round trip. */
export const createSender = (options: SenderOptions): Sender => {
  const { targets, timeoutMilliseconds: timeout } = options;
  const url = new URL(options.url);
  // Loaded with the first subscription, so that an engine without subscriptions starts sooner.
  const { Pool } = require('undici') as typeof import('undici');
  const pool = new Pool(url.origin, {
    connections: options.connections,
    pipelining: 1,
    maxHeaderSize: LONGEST_HEADER,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout, lookup: targets.lookupFor(url) },
  });
  const path = url.pathname + url.search;
  const common = { 'content-type': 'application/cloudevents+json', 'user-agent': options.userAgent };

  const send = async (message: Message): Promise<Answer> => {
    const begun = performance.now();
    const answer = (fields: Omit<Answer, 'milliseconds'>): Answer => ({
      ...fields,
      milliseconds: Math.round(performance.now() - begun),
    });
    // An address in the URL never reaches the lookup. And the settings may have changed since the URL was accepted.
    const refused = targets.problemOf(options.url);
    if (refused !== undefined) return answer({ error: `the URL is refused: ${refused}` });
    const controller = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      controller.abort();
    }, timeout);
    try {
      const response = await pool.request({
        method: 'POST',
        path,
        headers: { ...common, ...message.headers },
        body: message.body,
        signal: controller.signal,
      });
      const { statusCode: status, headers } = response;
      const good = status >= 200 && status < 300;
      // The status decides. An error in the body that follows changes nothing.
      const text = await beginningOf(response.body).catch(() => '');
      if (good) return answer({ status });
      return answer({
        status,
        error: failureOf(status, firstOf(headers.location), text),
        retryAfter: status === 429 || status === 503 ? firstOf(headers['retry-after']) : undefined,
      });
    } catch (error) {
      return answer({ error: wordsOf(error, timedOut, timeout) });
    } finally {
      clearTimeout(timer);
    }
  };

  return { send, close: () => pool.destroy() };
};
