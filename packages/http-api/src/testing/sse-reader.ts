/** A reader of Server-Sent Events on a raw connection: sees every byte, and reads only when a test asks it to. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';

export interface SseEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

export interface SseReader {
  readonly response: IncomingMessage;
  readonly events: readonly SseEvent[];
  readonly comments: readonly string[];
  /** Everything that came, as text. */
  readonly text: () => string;
  /** The `Last-Event-ID` that a browser would send: it heeds ids of blocks without data too. */
  readonly lastEventId: () => string | undefined;
  /** Resolves when the condition holds, which is looked at when something came; rejects when the stream ends before. */
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly ended: Promise<void>;
  readonly leave: () => void;
}

export interface SseOptions {
  readonly lastEventId?: string;
  readonly key?: string;
  /** Reads nothing until `response.resume()`. */
  readonly paused?: boolean;
}

/** Connects; rejects with the body where the answer is not 200. */
export const readSse = (url: string, options: SseOptions = {}): Promise<SseReader> =>
  new Promise((resolve, reject) => {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
    if (options.key !== undefined) headers.authorization = `Bearer ${options.key}`;
    const request = get(url, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) return resolve(reading(request, response, options));
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => reject(Object.assign(new Error(body), { status: response.statusCode })));
    });
    request.on('error', reject);
  });

const reading = (request: ClientRequest, response: IncomingMessage, { paused = false }: SseOptions): SseReader => {
  const events: SseEvent[] = [];
  const comments: string[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  let over = false;
  let rest = '';
  let lastEventId: string | undefined;
  // As browsers do it (HTML, 9.2.6), for streams that end their lines with LF.
  const take = (block: string): void => {
    const fields = block.split('\n').map((line) => /^([^:]*)(?:: ?(.*))?$/.exec(line) as RegExpExecArray);
    const last = (name: string) => fields.findLast(([, field]) => field === name)?.[2];
    comments.push(...fields.filter(([, field]) => field === '').map(([, , comment = '']) => comment));
    lastEventId = last('id') ?? lastEventId;
    const data = fields.filter(([, field]) => field === 'data').map(([, , value = '']) => value);
    if (data.length > 0) events.push({ id: lastEventId, event: last('event'), data: data.join('\n') });
  };
  const look = (): void => {
    for (const wake of waiting) wake();
  };
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() as string;
    for (const block of blocks) take(block);
    look();
  });
  if (paused) response.pause();
  const ended = new Promise<void>((done) => {
    response.on('error', () => undefined);
    response.on('close', () => {
      over = true;
      look();
      done();
    });
  });
  return {
    response,
    events,
    comments,
    text: () => text,
    lastEventId: () => lastEventId,
    until: (condition) =>
      new Promise((done, failed) => {
        const wake = (): void => {
          if (condition()) done();
          else if (over) failed(new Error(`The stream ended: ${text.slice(-500)}`));
          else return;
          waiting.delete(wake);
        };
        waiting.add(wake);
        wake();
      }),
    ended,
    leave: () => request.destroy(),
  };
};
