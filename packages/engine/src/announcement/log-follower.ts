import type { EventLog, Position, ReadAllOptions, RecordedEvent } from '@rapport/event-log';
import { sleep } from '@rapport/runtime';

export interface LogFollowerOptions {
  readonly log: EventLog;
  /** Which events, and in pages of which size. */
  readonly events: Pick<ReadAllOptions, 'types' | 'category' | 'pageSize'>;
  /** Exclusive; from the beginning of the log when undefined. */
  readonly after: Position | undefined;
  /** Between two attempts to read a log that could not be read. */
  readonly retryMilliseconds: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Every page once, in order; none is empty. */
  onPage(page: readonly RecordedEvent[]): void;
  /** The log cannot be read: called for every attempt that failed. */
  onFailure(): void;
}

type State = { readonly kind: 'reading' } | { readonly kind: 'failed'; readonly error: unknown };

/** Follows a log until the signal aborts. Where the log cannot be read it is tried again until it can. */
export class LogFollower {
  /** Resolves when the signal has aborted and nothing is read any more. Never rejects. */
  readonly ended: Promise<void>;
  private state: State = { kind: 'reading' };
  private position: Position | undefined;

  constructor(private readonly options: LogFollowerOptions) {
    this.position = options.after;
    this.ended = this.follow();
  }

  /** Why the last attempt to read failed; undefined while the log is read. */
  get failure(): unknown {
    return this.state.kind === 'failed' ? this.state.error : undefined;
  }

  private async follow(): Promise<void> {
    const { signal, retryMilliseconds, onFailure } = this.options;
    while (!signal.aborted) {
      try {
        if (this.state.kind === 'failed') await this.tryReading();
        this.state = { kind: 'reading' };
        await this.readOn();
      } catch (error) {
        this.state = { kind: 'failed', error };
        onFailure();
        await sleep(retryMilliseconds, signal);
      }
    }
  }

  private async readOn(): Promise<void> {
    const { log, events, signal, onPage } = this.options;
    for await (const page of log.subscribeAll({ ...events, after: this.position, signal })) {
      onPage(page);
      this.position = page.at(-1)?.position;
    }
  }

  /** `subscribeAll` waits at the end of the log; this returns, so that it shows when the log can be read again. */
  private async tryReading(): Promise<void> {
    const { log, events, signal } = this.options;
    for await (const _ of log.readAll({ ...events, after: this.position, pageSize: 1, signal })) return;
  }
}
