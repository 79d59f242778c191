/**
 * The thread of a live projection. It reads the log on a connection of its own and is the read model's only writer;
 * decisions go to the thread that writes the log.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { compileRuleset } from '@rapport/domain';
import { joinEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { carryError } from '@rapport/runtime';
import { match } from 'ts-pattern';
import { positionOf } from '../checkpoint';
import { stoppedClock, systemClock } from '../clock';
import { factorsOf } from '../fold/factors-of';
import { Projector } from '../projector/projector';
import { decodeToLiveWorker, type FromLiveWorker, type LiveWorkerData } from './messages';

const port = parentPort!;
const post = (message: FromLiveWorker): void => port.postMessage(message);

/** Touchpoints in one page when many wait: the larger the page, the more of them belong to the same customers. */
const MOST_AT_ONCE = 10_000;

const main = async (): Promise<void> => {
  const { log: access, readModel: location, ruleset, today } = workerData as LiveWorkerData;
  const program = compileRuleset(ruleset);
  const stopping = new AbortController();
  const readModel = await openReadModel(location, { mode: 'write', factors: factorsOf(program) });
  const log = await joinEventLog(access).catch(async (error: unknown) => {
    await readModel.close();
    throw error;
  });

  let retries: Promise<unknown> = Promise.resolve();
  port.on('message', (message: unknown) =>
    match(decodeToLiveWorker(message))
      .with({ kind: 'retry' }, ({ id }) => {
        retries = projector.retryParked().then(
          (released) => post({ kind: 'retried', id, released }),
          (error: unknown) => post({ kind: 'retry-failed', id, error: carryError(error) }),
        );
      })
      .with({ kind: 'stop' }, () => stopping.abort())
      .exhaustive(),
  );

  const projector = new Projector({
    log,
    readModel,
    program,
    pageSize: MOST_AT_ONCE,
    clock: today === undefined ? systemClock : stoppedClock(today),
    onWork: (since) => post({ kind: 'working', since }),
    onSaved: (checkpoint) => post({ kind: 'saved', checkpoint, report: projector.report }),
  });
  try {
    const checkpoint = await readModel.checkpoint();
    post({ kind: 'open', checkpoint: checkpoint && positionOf(checkpoint) });
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
  (workerData as LiveWorkerData).log.port.close();
  port.close();
});
