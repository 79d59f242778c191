/**
 * The thread of a live projection. It reads the log on a connection of its own and is the read model's only writer;
 * decisions are appended by the thread that has the log open for writing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { compileRuleset } from '@rapport/domain';
import { type AppendResult, type EventLog, openEventLog } from '@rapport/event-log';
import { openSqliteReadModel } from '@rapport/read-model';
import { carriedError, carryError } from '@rapport/sqlite';
import { stoppedClock, systemClock } from '../clock';
import { factorsOf } from '../factors-of';
import { Projector } from '../projector/projector';
import type { FromLiveWorker, LiveWorkerData, ToLiveWorker } from './messages';

const port = parentPort!;
const post = (message: FromLiveWorker): void => port.postMessage(message);

/** Touchpoints of one page when many wait: the more of them, the more fall on the same customers and are saved at once. */
const MOST_AT_ONCE = 10_000;

interface Pending {
  readonly resolve: (results: readonly AppendResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** The log as the projector sees it: read here, appended to over there. */
const appendingThere = (log: EventLog, pending: Map<number, Pending>): EventLog => {
  let last = 0;
  const appendMany: EventLog['appendMany'] = (requests) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      pending.set(id, { resolve, reject });
      post({ kind: 'append', id, requests });
    });
  return {
    ...log,
    appendMany,
    append: async (stream, expected, events) => (await appendMany([{ stream, expected, events }]))[0],
  };
};

const main = async (): Promise<void> => {
  const { location, readModel: path, ruleset, today } = workerData as LiveWorkerData;
  const program = compileRuleset(ruleset);
  const pending = new Map<number, Pending>();
  const stopping = new AbortController();
  const readModel = await openSqliteReadModel(path, { mode: 'write', factors: factorsOf(program) });
  const log = await openEventLog(location, 'read').catch(async (error: unknown) => {
    await readModel.close();
    throw error;
  });

  let retries: Promise<unknown> = Promise.resolve();
  port.on('message', (message: ToLiveWorker) => {
    switch (message.kind) {
      case 'appended':
        pending.get(message.id)?.resolve(message.results);
        return void pending.delete(message.id);
      case 'append-failed':
        pending.get(message.id)?.reject(carriedError(message.error));
        return void pending.delete(message.id);
      case 'retry':
        retries = projector.retryParked().then(
          (released) => post({ kind: 'retried', id: message.id, released }),
          (error: unknown) => post({ kind: 'retry-failed', id: message.id, error: carryError(error) }),
        );
        return;
      case 'stop':
        stopping.abort();
    }
  });

  const projector = new Projector({
    log: appendingThere(log, pending),
    readModel,
    program,
    pageSize: MOST_AT_ONCE,
    clock: today === undefined ? systemClock : stoppedClock(today),
    onWork: (since) => post({ kind: 'working', since }),
    onSaved: (checkpoint) => post({ kind: 'saved', checkpoint, report: projector.report }),
  });
  try {
    post({ kind: 'open', checkpoint: (await readModel.checkpoint())?.position as never });
    await projector.run(stopping.signal);
    await retries;
  } finally {
    await readModel.close();
    await log.close();
  }
  port.close();
};

main().catch((error: unknown) => {
  post({ kind: 'failed', error: carryError(error) });
  port.close();
});
