import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type CarriedError, carriedError, Notifier, startThread } from '@rapport/runtime';
import type { Store } from '@rapport/sqlite';
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
  const thread = startThread(join(__dirname, 'log-thread'), {
    workerData: { path, ...options } satisfies LogThreadData,
  });
  const post = (message: ToLogThread, ports: readonly MessagePort[] = []): void => thread.postMessage(message, ports);
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const committed = new Notifier();
  const connections = new Map<number, () => void>();
  let last = 0;
  let opened = 0;

  const moveTo = (position: number): void => {
    if (position <= last) return;
    last = position;
    committed.notify();
  };

  await new Promise<void>((resolve, reject) => {
    thread.on('message', (message: FromLogThread) => {
      switch (message.kind) {
        case 'open':
          last = message.last;
          return resolve();
        case 'refused':
          return void exited.then(() => reject(carriedError(message.error)));
        case 'committed':
          return moveTo(message.last);
        case 'disconnected':
          connections.get(message.id)?.();
          connections.delete(message.id);
      }
    });
  });

  const connect = (): LogConnection => {
    const { port1, port2 } = new MessageChannel();
    const id = ++opened;
    const ended = new Promise<void>((resolve) => {
      connections.set(id, resolve);
      void exited.then(resolve);
    });
    post({ kind: 'connect', id, port: port2 }, [port2]);
    return { port: port1, ended };
  };

  const end = async (): Promise<void> => {
    post({ kind: 'close' });
    await exited;
  };
  let reading: Store;
  try {
    reading = openLogStore(path, 'follow');
  } catch (error) {
    await end();
    throw error;
  }
  const { port } = connect();
  const appends = appendsTo(port, moveTo);
  let closed: Promise<void> | undefined;

  const appendMany: SharedEventLog['appendMany'] = async (requests) => {
    if (closed !== undefined) throw new Error(`The event log ${path} is closed; open it again to append.`);
    return appends.appendMany(requests);
  };

  return {
    ...readsOf(
      reading,
      () => last,
      (_, signal) => committed.next(signal),
    ),
    append: async (stream, expected, events) => (await appendMany([{ stream, expected, events }]))[0],
    appendMany,
    head: async () => headOf(last),
    share: () => {
      const { port, ended } = connect();
      return { access: { location: { kind: 'sqlite', path }, port }, transfer: [port], ended };
    },
    close: () => {
      closed ??= appends.drained().then(async () => {
        port.close();
        reading.close();
        await end();
      });
      return closed;
    },
  };
};
