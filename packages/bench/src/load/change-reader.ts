import { request } from 'undici';

/** A subscriber to everything, signals too: it counts what arrives, once for each id, and tells of each. */
export interface ChangeReader {
  /** Ids of the changes that have arrived. */
  readonly arrived: ReadonlySet<string>;
  /** Set while a caller waits for the changes of certain customers. */
  onChange: ((customer: string, at: number) => void) | undefined;
  /** Why the stream ended, where it did by itself. */
  readonly ended: string | undefined;
  close(): void;
}

/** The head of each event's data: the envelope stands before all else. */
const CHANGE = /^data: \{"specversion":"1\.0","id":"([^"]+)".*?"subject":"([^"]+)"/gm;

export const openChangeReader = async (
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<ChangeReader> => {
  const stopping = new AbortController();
  const seen = new Set<string>();
  let ended: string | undefined;
  const reader: ChangeReader = {
    arrived: seen,
    onChange: undefined,
    get ended() {
      return ended;
    },
    close: () => stopping.abort(),
  };
  const { statusCode, body } = await request(
    `${url}/v1/stage-changes/stream?kind=stageChanged,signalRaised,signalCleared`,
    {
      headers: { ...headers, accept: 'text/event-stream' },
      signal: stopping.signal,
      headersTimeout: 10_000,
      bodyTimeout: 0,
    },
  );
  if (statusCode !== 200) throw new Error(`The stream of stage changes answered ${statusCode}: ${await body.text()}`);

  const read = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const at = performance.now();
      const text = rest + chunk.toString('latin1');
      const end = text.lastIndexOf('\n\n') + 2;
      rest = text.slice(end < 2 ? 0 : end);
      if (end < 2) continue;
      for (const [, id, customer] of text.slice(0, end).matchAll(CHANGE)) {
        seen.add(id!);
        reader.onChange?.(customer!, at);
      }
    }
    ended = rest === '' ? 'the server ended the stream' : rest;
  };
  read().catch((error: unknown) => {
    if (!stopping.signal.aborted) ended = String(error);
  });
  return reader;
};
