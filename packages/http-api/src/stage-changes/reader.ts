import { type Announcement, type ChangeFeed, type ChangeFilter, type Clock, onAbort } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { changeFrame, type DisconnectReason, disconnectedFrame, heartbeatFrame, openingFrame } from './frames';

/** What a stream is written to: the response of Node's HTTP server. */
export interface Sink {
  write(chunk: string | Uint8Array): boolean;
  end(chunk?: string): void;
  destroy(): void;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
  readonly writableNeedDrain: boolean;
  readonly destroyed: boolean;
}

export interface ReaderOptions {
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly filter: ChangeFilter;
  /** Undefined: the beginning of the log. */
  readonly after: Position | undefined;
  /** What the reader is told to be at: `after`, or a word for the beginning. */
  readonly cursor: string;
  readonly heartbeatMilliseconds: number;
  /** So many bytes wait for the reader, at most {@link LARGEST_PIECE}; the rest waits in the log. */
  readonly pieceBytes: number;
  /** A reader that has not taken a piece after so long is disconnected. */
  readonly patienceMilliseconds: number;
  /** Aborted when the engine stops. */
  readonly stopping: AbortSignal;
  /** Whether the reader may still read: asked with each heartbeat. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Told of what was written, the ones sent to a reader for the first time apart. */
  readonly sent: (changes: readonly Announcement[], first: readonly Announcement[]) => void;
  /** Told why the feed cannot be read any more. */
  readonly failed: (error: unknown) => void;
  /** Before more is read: where many read, they take turns in larger pages instead of waking for each change. */
  readonly turn: () => Promise<void> | undefined;
}

/** The end of a stream; `closed` when the reader left. */
export type StreamEnd = DisconnectReason | 'closed';

/**
 * That something of a piece was taken cannot be seen, only that all of it was: pieces are small, so that whoever takes
 * anything worth the name is not disconnected. Larger ones are not sent any faster.
 */
const LARGEST_PIECE = 65_536;

/** A reader that is disconnected has so long to take the reason. */
const FAREWELL_MS = 1_000;

/**
 * Writes changes to one reader until it leaves or is disconnected. Nothing is kept for it: while its connection is
 * full no more is read of the feed, so a slow reader costs one piece of memory, and one that comes back misses nothing.
 */
export const serveReader = async (sink: Sink, options: ReaderOptions): Promise<StreamEnd> => {
  const { feed, clock, filter, after, stopping, patienceMilliseconds } = options;
  const pieceBytes = Math.min(options.pieceBytes, LARGEST_PIECE);
  const over = new AbortController();
  let cursor = options.cursor;
  let end: StreamEnd | undefined;

  const finish = (reason: StreamEnd): void => {
    if (end !== undefined) return;
    end = reason;
    over.abort();
  };
  const closed = (): void => finish('closed');
  const stop = (): void => finish('stopping');
  sink.once('close', closed);
  const stopListening = onAbort(stopping, stop);
  if (stopping.aborted) stop();
  if (sink.destroyed) closed();

  /** Resolves when the connection takes more; false when it did not in time. */
  const drained = async (): Promise<void> => {
    const waiting = new AbortController();
    const proceed = (): void => waiting.abort();
    sink.once('drain', proceed);
    const stopWatching = onAbort(over.signal, proceed);
    await clock.until(clock.now() + patienceMilliseconds, waiting.signal);
    sink.off('drain', proceed);
    stopWatching();
    if (!waiting.signal.aborted) finish('slow');
  };

  const writePage = async (changes: readonly Announcement[]): Promise<void> => {
    const first: Announcement[] = [];
    for (let i = 0; i < changes.length && end === undefined; ) {
      const frames: Buffer[] = [];
      for (let bytes = 0; i < changes.length && (bytes === 0 || bytes < pieceBytes); i++) {
        const { frame, isNew } = changeFrame(changes[i]);
        if (isNew) first.push(changes[i]);
        frames.push(frame);
        bytes += frame.length;
      }
      ({ cursor } = changes[i - 1]);
      if (!sink.write(frames.length === 1 ? frames[0] : Buffer.concat(frames))) await drained();
    }
    options.sent(changes, first);
  };

  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.until(clock.now() + options.heartbeatMilliseconds, over.signal);
      if (over.signal.aborted) return;
      let mayGoOn: boolean;
      try {
        mayGoOn = await options.mayGoOn();
      } catch (error) {
        // Nobody can say so at the moment; the reader comes back, and is asked for its key then.
        options.failed(error);
        return finish('failed');
      }
      if (!mayGoOn) return finish('unauthorized');
      if (!over.signal.aborted && !sink.writableNeedDrain) sink.write(heartbeatFrame(cursor));
    }
  };

  const follow = async (): Promise<void> => {
    const looked = (position: Position): void => {
      cursor = position;
    };
    for await (const page of feed.follow({ after, filter, signal: over.signal, looked })) {
      await writePage(page.changes);
      if (end !== undefined) return;
      if (page.cursor !== undefined) cursor = page.cursor;
      await options.turn();
    }
  };

  sink.write(openingFrame(cursor, options.heartbeatMilliseconds));
  const beating = beat();
  try {
    await follow();
    // A feed that ends by itself was closed with its engine.
    finish('stopping');
  } catch (error) {
    options.failed(error);
    finish('failed');
  }
  await beating;
  sink.off('close', closed);
  stopListening();
  const reason = end as StreamEnd | undefined;
  if (reason !== undefined && reason !== 'closed') await sayFarewell(sink, cursor, reason);
  return reason ?? 'closed';
};

/** Says why, if the reader still takes it; resolves when the connection has ended, which it does in any case. */
const sayFarewell = (sink: Sink, cursor: string, reason: DisconnectReason): Promise<void> =>
  new Promise((resolve) => {
    if (sink.destroyed) return resolve();
    const timer = setTimeout(() => sink.destroy(), FAREWELL_MS);
    sink.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    sink.end(disconnectedFrame(cursor, reason));
  });
