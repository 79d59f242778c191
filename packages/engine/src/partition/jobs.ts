import { compareJob } from '../compare-job';
import { rebuildJob } from '../rebuild-job';
import { replayJob } from '../replay-job';
import { verifyJob } from '../verify-job';

/** The jobs a worker knows, by name: code does not travel between threads. */
export const jobs = { replay: replayJob, compare: compareJob, rebuild: rebuildJob, verify: verifyJob };

export type JobName = keyof typeof jobs;
export type JobOptions<Name extends JobName> = Parameters<(typeof jobs)[Name]>[0];
