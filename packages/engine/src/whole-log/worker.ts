/** The worker thread of `runJob`. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEventLog } from '@rapport/event-log';
import { servePartitions } from '../partition/serve-partitions';
import { type JobData, jobOf } from './jobs';

const main = async (): Promise<void> => {
  const data = workerData as JobData;
  const log = await openEventLog(data.log, { mode: 'read' });
  servePartitions(parentPort!, log, jobOf(data.job, data.options));
};

main().catch((error: unknown) => {
  // Outside of any promise, so that the thread ends with it and the parent gets the error.
  setImmediate(() => {
    throw error;
  });
});
