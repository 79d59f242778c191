import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { CHANGE_TYPES, type ChangeEvent, isChangeEvent } from './change-event';
import { RapportUnavailable } from './errors';
import { reasonOf } from './http';

/** A message of a stream of changes. */
export type StreamMessage =
  | { readonly kind: 'change'; readonly cursor: string; readonly event: ChangeEvent }
  /** Everything up to here was looked at; nothing matched since the last change. */
  | { readonly kind: 'cursor'; readonly cursor: string }
  /** How long to wait before connecting again, in milliseconds. */
  | { readonly kind: 'retry'; readonly milliseconds: number }
  /** The server ends the stream and says why. */
  | { readonly kind: 'disconnected'; readonly reason: string };

/** Longer than any change; a stream with longer ones is not from Rapport. */
const LONGEST_EVENT = 16 * 1024 * 1024;
/** A silence of this number of heartbeats means that the connection is dead. */
const MISSED_HEARTBEATS = 3;

const malformed = (what: string): RapportUnavailable =>
  new RapportUnavailable(`The stream of changes is broken: ${what}.`);

const parsed = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    throw malformed(`an event is not JSON: ${data.slice(0, 80)}`);
  }
};

/** Types that a later version of Rapport may announce. */
const ANNOUNCED = /^relationship\.\w+\.v\d+$/;
const KNOWN: ReadonlySet<string> = new Set<ChangeEvent['type']>(CHANGE_TYPES);

const messageOf = ({ id, event = '', data }: EventSourceMessage): StreamMessage => {
  if (event === 'disconnected') {
    const { reason } = (parsed(data) ?? {}) as { readonly reason?: unknown };
    return { kind: 'disconnected', reason: typeof reason === 'string' ? reason : 'no reason was given' };
  }
  if (id === undefined || id === '') throw malformed('an event has no id');
  if (ANNOUNCED.test(event) && !KNOWN.has(event)) return { kind: 'cursor', cursor: id };
  const document = parsed(data);
  if (!isChangeEvent(document)) throw malformed(`not a change: ${data.slice(0, 80)}`);
  return { kind: 'change', cursor: id, event: document };
};

/**
 * Reads one connection until it ends.
 *
 * @param patience milliseconds of silence that are accepted until the server has said how often it sends heartbeats
 * @throws RapportUnavailable when it is cut, falls silent or makes no sense
 */
export async function* readEventStream(
  response: Response,
  patience: number,
): AsyncGenerator<StreamMessage, void, undefined> {
  const type = response.headers.get('content-type') ?? 'no content type';
  if (response.body === null || !/^text\/event-stream\b/i.test(type)) {
    await response.body?.cancel().catch(() => undefined);
    throw malformed(`expected text/event-stream, got ${type}`);
  }
  let silence = patience;
  let overflow = false;
  const messages: StreamMessage[] = [];
  const parser = createParser({
    maxBufferSize: LONGEST_EVENT,
    onEvent: (event) => messages.push(messageOf(event)),
    // Events without data are not dispatched, so the cursors of heartbeats come in comments too.
    onComment: (comment) => {
      const cursor = /^cursor (\S+)$/.exec(comment)?.[1];
      if (cursor !== undefined) messages.push({ kind: 'cursor', cursor });
      const heartbeat = /^heartbeat (\d{1,9})$/.exec(comment);
      if (heartbeat !== null) silence = MISSED_HEARTBEATS * Number(heartbeat[1]);
    },
    onRetry: (milliseconds) => messages.push({ kind: 'retry', milliseconds }),
    onError: ({ type }) => {
      overflow = type === 'max-buffer-size-exceeded';
    },
  });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader, silence);
      if (done) return;
      let failure: unknown;
      try {
        parser.feed(decoder.decode(value, { stream: true }));
      } catch (error) {
        failure = error;
      }
      // Messages that were complete before the fault count.
      yield* messages.splice(0);
      if (failure !== undefined) throw failure;
      if (overflow) throw malformed(`an event is longer than ${LONGEST_EVENT} characters`);
    }
  } finally {
    // Ends the connection when the consumer leaves; a connection that is gone already has nothing to say.
    reader.cancel().catch(() => undefined);
  }
}

type Chunk = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>;

const withinSilence = async (reader: ReadableStreamDefaultReader<Uint8Array>, silence: number): Promise<Chunk> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RapportUnavailable(`The stream of changes has been silent for ${silence} ms.`)),
      silence,
    );
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } catch (error) {
    if (error instanceof RapportUnavailable) throw error;
    throw new RapportUnavailable(`The stream of changes was cut: ${reasonOf(error)}.`, undefined, undefined, error);
  } finally {
    clearTimeout(timer);
  }
};
