import { BACKOFF, type Backoff, backoffDelay, pause } from './backoff';
import type { Change, ChangeFilter } from './change-event';
import type { CursorStore } from './cursor-store';
import { RapportUnavailable } from './errors';
import { readEventStream } from './event-stream';
import { type Connection, request } from './http';
import { changeQuery } from './query';

/** A connection that ended, and when the next attempt is made. */
export interface Reconnecting {
  readonly reason: string;
  /** The number of attempts in a row without a change. */
  readonly failures: number;
  readonly milliseconds: number;
}

export interface StageChangesOptions {
  /**
   * The cursor of the last change that was dealt with; `start` for the beginning of the log. What happens from now on
   * when absent. A cursor that the cursor store holds wins.
   */
  readonly after?: string;
  readonly filter?: ChangeFilter;
  /** Loaded once at the beginning; saved after each change, when the consumer asks for the next one. */
  readonly cursorStore?: CursorStore;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Called for every connection that ends; for logs. */
  readonly onReconnect?: (reconnecting: Reconnecting) => void;
  readonly backoff?: Backoff;
  /**
   * Milliseconds that a server may take to answer, and to be silent until it has said how often it sends heartbeats;
   * 30,000 when absent. Afterwards three missed heartbeats end the connection.
   */
  readonly patience?: number;
}

/** Ids of changes that were handed over, to know one that comes again. */
const REMEMBERED = 10_000;
const PATIENCE_MS = 30_000;

/**
 * Stage changes as they happen, each once per cursor, across connections that break. Ends when the signal aborts or the
 * consumer leaves.
 *
 * @throws RapportProblem when the server refuses (a wrong key, a malformed cursor); what the cursor store throws
 */
export async function* stageChanges(
  connection: Connection,
  { after, filter, cursorStore, signal, onReconnect, backoff = BACKOFF, patience = PATIENCE_MS }: StageChangesOptions,
): AsyncGenerator<Change, void, undefined> {
  let cursor = (await cursorStore?.load()) ?? after;
  let saved = cursor;
  let failures = 0;
  let { first } = backoff;
  const handed = new Set<string>();

  const moveTo = async (next: string): Promise<void> => {
    cursor = next;
    if (cursorStore === undefined || next === saved) return;
    await cursorStore.save(next);
    saved = next;
  };

  while (!signal?.aborted) {
    const leaving = new AbortController();
    const ended = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    let reason = 'the server ended the stream';
    let asked: number | undefined;
    const begun = Date.now();
    let progress = false;
    try {
      const response = await open(connection, filter, cursor, ended, leaving, patience);
      for await (const message of readEventStream(response, patience)) {
        if (signal?.aborted) return;
        if (message.kind === 'retry') first = message.milliseconds;
        else if (message.kind === 'disconnected') reason = `the server disconnected: ${message.reason}`;
        else {
          if (message.kind === 'change' && !handed.has(message.event.id)) {
            progress = true;
            yield { cursor: message.cursor, event: message.event };
            remember(handed, message.event.id);
          }
          await moveTo(message.cursor);
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof RapportUnavailable)) throw error;
      reason = error.message;
      asked = error.retryAfter;
    } finally {
      leaving.abort();
    }
    if (signal?.aborted) return;
    failures = progress || Date.now() - begun > backoff.longest ? 1 : failures + 1;
    const milliseconds = backoffDelay(failures, { ...backoff, first }, asked);
    onReconnect?.({ reason, failures, milliseconds });
    await pause(milliseconds, signal);
  }
}

const open = async (
  connection: Connection,
  filter: ChangeFilter | undefined,
  cursor: string | undefined,
  signal: AbortSignal,
  leaving: AbortController,
  patience: number,
): Promise<Response> => {
  const timer = setTimeout(() => leaving.abort(new Error(`no answer within ${patience} ms`)), patience);
  try {
    return await request(connection, `/v1/stage-changes/stream${changeQuery(filter)}`, {
      headers: {
        accept: 'text/event-stream',
        'cache-control': 'no-store',
        ...(cursor === undefined ? undefined : { 'last-event-id': cursor === '' ? 'start' : cursor }),
      },
      signal,
    });
  } finally {
    clearTimeout(timer);
  }
};

const remember = (handed: Set<string>, id: string): void => {
  handed.add(id);
  if (handed.size > REMEMBERED) for (const oldest of handed) return void handed.delete(oldest);
};
