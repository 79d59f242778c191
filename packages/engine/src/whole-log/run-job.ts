import { join } from 'node:path';
import { type PartitionOptions, runPartitions } from '../partition/run-partitions';
import { type JobData, type JobName, jobOf } from './jobs';

export type RunJobOptions<Name extends JobName, Piece, Result> = JobData<Name> &
  Omit<PartitionOptions<Piece, Result>, 'job' | 'thread'>;

/**
 * Does a job of `jobs` over all customers, in this thread or on several.
 *
 * @throws Interrupted when the signal aborts, and the first error of a worker
 */
export const runJob = <Name extends JobName, Piece, Result>(
  given: RunJobOptions<Name, Piece, Result>,
): Promise<void> => {
  const { log, job, options } = given;
  const data: JobData<Name> = { log, job, options };
  return runPartitions<Piece, Result>({
    ...given,
    job: () => jobOf(job, options),
    thread: { module: join(__dirname, 'worker'), data },
  });
};
