import type { MessagePort } from 'node:worker_threads';
import type { EventLogWithHistory } from '@rapport/event-log';
import { match } from 'ts-pattern';
import type { Job } from './job';
import { decodeToWorker, type FromWorker } from './messages';

/** Pieces on their way to the receiver before a worker waits: bounds memory when the receiver is the slower one. */
const PIECES_IN_FLIGHT = 4;

/** Does a job on a worker thread: asks for ranges, hands over pieces, ends with the result. */
class PartitionServer {
  private inFlight = 0;
  /** Resumes the job, which waits until a piece is taken. */
  private resume: (() => void) | undefined;
  private readonly work: ReturnType<Job>;

  constructor(
    private readonly port: MessagePort,
    private readonly log: EventLogWithHistory,
    job: Job,
  ) {
    this.work = job({
      log,
      signal: new AbortController().signal,
      emit: (piece) => this.emit(piece),
      progress: (touchpoints, customers) => this.post({ kind: 'progress', touchpoints, customers }),
    });
    // A rejection is not handled here: it ends the thread, and the error reaches the thread that started it.
    port.on('message', (message: unknown) => this.handle(message));
    this.post({ kind: 'ready' });
  }

  private post(message: FromWorker): void {
    this.port.postMessage(message);
  }

  private async handle(message: unknown): Promise<void> {
    await match(decodeToWorker(message))
      .with({ kind: 'range' }, async ({ range }) => {
        await this.work.run(range);
        this.post({ kind: 'ready' });
      })
      .with({ kind: 'taken' }, () => {
        this.inFlight--;
        this.resume?.();
        this.resume = undefined;
      })
      .with({ kind: 'finish' }, () => this.finish())
      .exhaustive();
  }

  private async emit(piece: unknown): Promise<void> {
    this.post({ kind: 'piece', piece });
    if (++this.inFlight < PIECES_IN_FLIGHT) return;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
  }

  private async finish(): Promise<void> {
    this.post({ kind: 'result', result: this.work.result() });
    await this.log.close();
    // The thread ends when it waits for nothing more. Closing the port could overtake the result.
    this.port.removeAllListeners('message');
    this.port.unref();
  }
}

/**
 * Serves `runPartitions` on a worker thread, until all ranges are done. Then the log is closed and the thread ends.
 *
 * @param port to the thread that calls `runPartitions`
 */
export const servePartitions = (port: MessagePort, log: EventLogWithHistory, job: Job): void => {
  new PartitionServer(port, log, job);
};
