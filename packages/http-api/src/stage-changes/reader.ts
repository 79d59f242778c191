import type { Announcement, ChangeFeed, ChangeFilter, Clock } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { onAbort } from '@rapport/runtime';
import { changeFrame, type DisconnectReason, disconnectedFrame, heartbeatFrame, openingFrame } from './frames';

/** The target of a stream: the response of Node's HTTP server. */
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
  /** The cursor that the reader sees first: `after`, or the word for the beginning. */
  readonly cursor: string;
  readonly heartbeatMilliseconds: number;
  /** Bytes that wait for the reader, at most {@link LARGEST_PIECE}; the rest waits in the log. */
  readonly pieceBytes: number;
  /** A reader that has not taken a piece after this time is disconnected. */
  readonly patienceMilliseconds: number;
  /** Aborted when the engine stops. */
  readonly stopping: AbortSignal;
  /** Whether the reader may still read: asked with each heartbeat. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Called with what was written, and with those of them that no reader was sent before. */
  readonly sent: (changes: readonly Announcement[], first: readonly Announcement[]) => void;
  /** Called with the reason when the feed cannot be read any more. */
  readonly failed: (error: unknown) => void;
  /** Before more is read: where many read, they take turns in larger pages instead of waking for each change. */
  readonly turn: () => Promise<void> | undefined;
}

/** The end of a stream; `closed` when the reader left. */
export type StreamEnd = DisconnectReason | 'closed';

/**
 * Bytes of a piece. A connection reports a piece as taken only when all of it is. Pieces are small, so that a slow
 * reader that still reads is not disconnected; larger ones are not sent any faster.
 */
const LARGEST_PIECE = 65_536;

/** The time in which a disconnected reader can take the reason. */
const FAREWELL_MS = 1_000;

/** Changes that are written at once. */
interface Piece {
  readonly bytes: Buffer;
  /** Of the last of them. */
  readonly cursor: Position;
  /** Those that no reader was sent before. */
  readonly firstSent: readonly Announcement[];
}

/** @param atLeast bytes of a piece, the last one left out */
function* pieces(changes: readonly Announcement[], atLeast: number): Generator<Piece, void, undefined> {
  let frames: Buffer[] = [];
  let firstSent: Announcement[] = [];
  let bytes = 0;
  for (const [i, change] of changes.entries()) {
    const { frame, isNew } = changeFrame(change);
    frames.push(frame);
    bytes += frame.length;
    if (isNew) firstSent.push(change);
    if (bytes < atLeast && i < changes.length - 1) continue;
    // A frame is shared by all readers: one alone is not copied.
    const [only] = frames;
    yield {
      bytes: frames.length === 1 && only !== undefined ? only : Buffer.concat(frames),
      cursor: change.cursor,
      firstSent,
    };
    [frames, firstSent, bytes] = [[], [], 0];
  }
}

/**
 * Writes changes to one reader until it leaves or is disconnected. Nothing is kept for it: while its connection is
 * full, no more is read of the feed. So a slow reader costs one piece of memory, and one that comes back misses nothing.
 */
class StreamReader {
  /** Where the reader is: everything up to here was written, or did not match. */
  private cursor: string;
  /** Undefined while the stream is open. */
  private end: StreamEnd | undefined;
  private readonly over = new AbortController();
  private readonly pieceBytes: number;

  constructor(
    private readonly sink: Sink,
    private readonly options: ReaderOptions,
  ) {
    this.cursor = options.cursor;
    this.pieceBytes = Math.min(options.pieceBytes, LARGEST_PIECE);
  }

  async serve(): Promise<StreamEnd> {
    const { sink, options } = this;
    const closed = (): void => this.finish('closed');
    sink.once('close', closed);
    const stopListening = onAbort(options.stopping, () => this.finish('stopping'));
    if (options.stopping.aborted) this.finish('stopping');
    if (sink.destroyed) closed();
    sink.write(openingFrame(this.cursor, options.heartbeatMilliseconds));
    await Promise.all([this.beat(), this.followToEnd()]);
    sink.off('close', closed);
    stopListening();
    const end = this.end ?? 'closed';
    if (end !== 'closed') await sayFarewell(sink, this.cursor, end);
    return end;
  }

  /** The first reason to end counts. */
  private finish(reason: StreamEnd): void {
    if (this.end !== undefined) return;
    this.end = reason;
    this.over.abort();
  }

  private fail(error: unknown): void {
    this.options.failed(error);
    this.finish('failed');
  }

  private async followToEnd(): Promise<void> {
    try {
      await this.follow();
      // A feed that ends by itself was closed with its engine.
      this.finish('stopping');
    } catch (error) {
      this.fail(error);
    }
  }

  private async follow(): Promise<void> {
    const { feed, after, filter, turn } = this.options;
    const looked = (position: Position): void => {
      this.cursor = position;
    };
    for await (const page of feed.follow({ after, filter, signal: this.over.signal, looked })) {
      await this.writePage(page.changes);
      if (this.end !== undefined) return;
      if (page.cursor !== undefined) this.cursor = page.cursor;
      await turn();
    }
  }

  private async writePage(changes: readonly Announcement[]): Promise<void> {
    const first: Announcement[] = [];
    for (const { bytes, cursor, firstSent } of pieces(changes, this.pieceBytes)) {
      if (this.end !== undefined) break;
      first.push(...firstSent);
      this.cursor = cursor;
      if (!this.sink.write(bytes)) await this.drained();
    }
    this.options.sent(changes, first);
  }

  /** Resolves when the connection takes more; ends the stream when it did not in time. */
  private async drained(): Promise<void> {
    const { clock, patienceMilliseconds } = this.options;
    const waiting = new AbortController();
    const proceed = (): void => waiting.abort();
    this.sink.once('drain', proceed);
    const stopWatching = onAbort(this.over.signal, proceed);
    await clock.until(clock.now() + patienceMilliseconds, waiting.signal);
    this.sink.off('drain', proceed);
    stopWatching();
    if (!waiting.signal.aborted) this.finish('slow');
  }

  /** Sends heartbeats, and asks with each whether the reader may still read. */
  private async beat(): Promise<void> {
    const { clock, heartbeatMilliseconds } = this.options;
    for (;;) {
      await clock.until(clock.now() + heartbeatMilliseconds, this.over.signal);
      if (this.over.signal.aborted) return;
      let mayGoOn: boolean;
      try {
        mayGoOn = await this.options.mayGoOn();
      } catch (error) {
        // Keys cannot be checked now. The reader comes back, and is asked for its key then.
        return this.fail(error);
      }
      if (!mayGoOn) return this.finish('unauthorized');
      if (!this.over.signal.aborted && !this.sink.writableNeedDrain) this.sink.write(heartbeatFrame(this.cursor));
    }
  }
}

/** Writes changes to one reader until it leaves or is disconnected; resolves with the reason when the stream has ended. */
export const serveReader = (sink: Sink, options: ReaderOptions): Promise<StreamEnd> =>
  new StreamReader(sink, options).serve();

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
