import type { EventLogLocation } from '@rapport/event-log';
import type { Job } from '../partition/job';
import { compareJob } from './compare-job';
import { rebuildJob } from './rebuild-job';
import { replayJob } from './replay-job';
import { verifyJob } from './verify-job';

/** The jobs that a worker knows, by name: code does not travel between threads. */
const jobs = { replay: replayJob, compare: compareJob, rebuild: rebuildJob, verify: verifyJob };

export type JobName = keyof typeof jobs;
export type JobOptions<Name extends JobName> = Parameters<(typeof jobs)[Name]>[0];

/** The data that a worker thread is started with. */
export interface JobData<Name extends JobName = JobName> {
  readonly log: EventLogLocation;
  readonly job: Name;
  readonly options: JobOptions<Name>;
}

export const jobOf = <Name extends JobName>(name: Name, options: JobOptions<Name>): Job =>
  (jobs[name] as (given: JobOptions<Name>) => Job)(options);
