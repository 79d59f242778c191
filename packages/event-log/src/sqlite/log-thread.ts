/** The thread behind {@link openEventLogOnThread}: the only writer of the log. */
import { parentPort, workerData } from 'node:worker_threads';
import { carryError } from '@rapport/runtime';
import { acquireWriter, atStore, type Store } from '@rapport/sqlite';
import { match } from 'ts-pattern';
import { appendServer } from './append-port';
import type { FromLogThread, LogThreadData, ToLogThread } from './event-log-on-thread';
import { openLogStore } from './schema';
import { LogWriter } from './writer';

const parent = parentPort!;
const post = (message: FromLogThread): void => parent.postMessage(message);

const main = (): void => {
  const { path, synchronous, recordedAt } = workerData as LogThreadData;
  const lock = acquireWriter(path);
  let store: Store;
  try {
    store = openLogStore(path, 'write', synchronous);
  } catch (error) {
    lock.release();
    throw error;
  }
  const writer = atStore(path, () => new LogWriter(store, recordedAt === undefined ? Date.now : () => recordedAt));

  const appends = appendServer({
    get last() {
      return writer.last;
    },
    commit: (requests) => {
      const before = writer.last;
      const results = writer.commit(requests);
      if (writer.last > before) post({ kind: 'committed', last: writer.last });
      return results;
    },
  });

  const close = (): void => {
    appends.close();
    store.close();
    lock.release();
    parent.close();
  };
  parent.on('message', (message: ToLogThread) =>
    match(message)
      .with({ kind: 'connect' }, ({ port, id }) => appends.serve(port, () => post({ kind: 'disconnected', id })))
      .with({ kind: 'close' }, close)
      .exhaustive(),
  );
  post({ kind: 'open', last: writer.last });
};

try {
  main();
} catch (error) {
  post({ kind: 'refused', error: carryError(error) });
  parent.close();
}
