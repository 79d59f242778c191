import { parentPort, workerData } from 'node:worker_threads';
import { type EventLogLocation, openEventLog } from '@rapport/event-log';
import type { Job } from './job';
import { type JobName, jobs } from './jobs';
import { type FromWorker, PIECES_IN_FLIGHT, type ToWorker } from './run-partitions';

/** The thread behind runPartitions: opens the log, asks for ranges, hands over pieces, ends with its result. */
const main = async (): Promise<void> => {
  const port = parentPort!;
  const given = workerData as { readonly log: EventLogLocation; readonly job: JobName; readonly options: never };
  const post = (message: FromWorker) => port.postMessage(message);
  const log = await openEventLog(given.log, { mode: 'read' });
  let inFlight = 0;
  let taken: (() => void) | undefined;
  const job: Job = jobs[given.job](given.options);
  const { run, result } = job({
    log,
    signal: new AbortController().signal,
    emit: async (piece) => {
      post({ kind: 'piece', piece });
      if (++inFlight >= PIECES_IN_FLIGHT)
        await new Promise<void>((resolve) => {
          taken = resolve;
        });
    },
    progress: (touchpoints, customers) => post({ kind: 'progress', touchpoints, customers }),
  });
  port.on('message', async (message: ToWorker) => {
    switch (message.kind) {
      case 'range':
        await run(message.range);
        return post({ kind: 'ready' });
      case 'taken':
        inFlight--;
        taken?.();
        taken = undefined;
        return;
      case 'finish':
        post({ kind: 'result', result: result() });
        await log.close();
        // The thread ends by itself when nothing is left to hear; closing the port could overtake the result.
        port.removeAllListeners('message');
        port.unref();
    }
  });
  post({ kind: 'ready' });
};

main().catch((error: unknown) => {
  // Outside of any promise, so that the thread ends with it and the parent hears of it.
  setImmediate(() => {
    throw error;
  });
});
