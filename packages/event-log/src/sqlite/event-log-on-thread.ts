import { join } from 'node:path';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { type CarriedError, carriedError, Notifier, startThread } from '@rapport/runtime';
import type { Store } from '@rapport/sqlite';
import { match } from 'ts-pattern';
import { appendOne } from '../append-one';
import type { SharedEventLog } from '../shared-event-log';
import { appendsTo, type LogConnection } from './append-port';
import { openLogStore } from './schema';
import { headOf, readsOf } from './sqlite-event-log';

export interface EventLogOnThreadOptions {
  /** `off` gives up durability for speed, for tests. `full` when absent. */
  readonly synchronous?: 'full' | 'off';
  /** `recordedAt` of events that have none, for tests; the system's clock when absent. */
  readonly recordedAt?: number;
}

export interface LogThreadData extends EventLogOnThreadOptions {
  readonly path: string;
}

export type ToLogThread =
  | { readonly kind: 'connect'; readonly id: number; readonly port: MessagePort }
  | { readonly kind: 'close' };

/** Positions of last events: 0 in an empty log. */
export type FromLogThread =
  | { readonly kind: 'open'; readonly last: number }
  | { readonly kind: 'refused'; readonly error: CarriedError }
  | { readonly kind: 'committed'; readonly last: number }
  | { readonly kind: 'disconnected'; readonly id: number };

/** The thread that writes, as the thread that opened the log sees it. */
class WritingThread {
  readonly committed = new Notifier();
  /** Resolves when the log is open there. Rejects, after the thread has ended, where it cannot be opened. */
  readonly opened: Promise<void>;
  private readonly thread: Worker;
  private readonly exited: Promise<void>;
  /** Connections that have not ended, each with what resolves its `ended`. */
  private readonly connections = new Map<number, () => void>();
  private connected = 0;
  private position = 0;

  constructor(workerData: LogThreadData) {
    this.thread = startThread(join(__dirname, 'log-thread'), { workerData });
    this.exited = new Promise((resolve) => this.thread.once('exit', () => resolve()));
    this.opened = new Promise((resolve, reject) => {
      this.thread.on('message', (message: FromLogThread) =>
        match(message)
          .with({ kind: 'open' }, ({ last }) => {
            this.position = last;
            resolve();
          })
          .with({ kind: 'refused' }, ({ error }) => void this.exited.then(() => reject(carriedError(error))))
          .with({ kind: 'committed' }, ({ last }) => this.moveTo(last))
          .with({ kind: 'disconnected' }, ({ id }) => this.disconnected(id))
          .exhaustive(),
      );
    });
  }

  /** Position of the last event that is known to be committed; 0 in an empty log. */
  get last(): number {
    return this.position;
  }

  moveTo(position: number): void {
    if (position <= this.position) return;
    this.position = position;
    this.committed.notify();
  }

  connect(): LogConnection {
    const { port1, port2 } = new MessageChannel();
    const id = ++this.connected;
    const ended = new Promise<void>((resolve) => {
      this.connections.set(id, resolve);
      void this.exited.then(resolve);
    });
    this.post({ kind: 'connect', id, port: port2 }, [port2]);
    return { port: port1, ended };
  }

  /** Resolves when everything that waits is committed, and the thread has ended. */
  async end(): Promise<void> {
    this.post({ kind: 'close' });
    await this.exited;
  }

  private disconnected(id: number): void {
    this.connections.get(id)?.();
    this.connections.delete(id);
  }

  private post(message: ToLogThread, ports: readonly MessagePort[] = []): void {
    this.thread.postMessage(message, ports);
  }
}

/**
 * The event log in a SQLite file, written on a thread of its own: answering a request never waits for the disk, and other
 * threads append without passing through this one. Reads are done here.
 *
 * If the thread dies, so does the process, by its uncaught error: what it had been given may or may not be stored.
 *
 * @throws StoreError (the promise rejects): missing, damaged, locked by another writer, and so on.
 * @example const log = await openEventLogOnThread('rapport-data/events.sqlite');
 */
export const openEventLogOnThread = async (
  path: string,
  options: EventLogOnThreadOptions = {},
): Promise<SharedEventLog> => {
  const writing = new WritingThread({ path, ...options });
  await writing.opened;
  let reading: Store;
  try {
    reading = openLogStore(path, 'follow');
  } catch (error) {
    await writing.end();
    throw error;
  }
  const { port } = writing.connect();
  const appends = appendsTo(port, (last) => writing.moveTo(last));
  let closed: Promise<void> | undefined;

  const appendMany: SharedEventLog['appendMany'] = async (requests) => {
    if (closed !== undefined) throw new Error(`The event log ${path} is closed; open it again to append.`);
    return appends.appendMany(requests);
  };

  return {
    ...readsOf(
      reading,
      () => writing.last,
      (_, signal) => writing.committed.next(signal),
    ),
    append: appendOne(appendMany),
    appendMany,
    head: async () => headOf(writing.last),
    share: () => {
      const { port, ended } = writing.connect();
      return { access: { location: { kind: 'sqlite', path }, port }, transfer: [port], ended };
    },
    close: () => {
      closed ??= appends.drained().then(async () => {
        port.close();
        reading.close();
        await writing.end();
      });
      return closed;
    },
  };
};
