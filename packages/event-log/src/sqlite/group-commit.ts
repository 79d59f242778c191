import type { AppendResult } from '../event-log';
import type { PreparedRequest } from '../prepare-requests';

/** Calls that wait at the same time share one transaction, and with it one wait for the disk. */
export interface GroupCommit {
  submit(requests: readonly PreparedRequest[]): Promise<readonly AppendResult[]>;
  /** Resolves when everything submitted before is settled. */
  drained(): Promise<void>;
}

interface Job {
  readonly requests: readonly PreparedRequest[];
  readonly resolve: (results: readonly AppendResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A group is closed at this many requests, so that a transaction stays small enough to answer quickly. */
const REQUESTS_PER_GROUP = 5_000;

/**
 * Waiting for the disk stops this thread, so under load fewer and larger groups leave it more time. A group then waits
 * a little for others to join. Whether any would is tried out now and then: a lone caller, who sends the next request
 * when the last is answered, would wait in vain.
 */
const GATHERING = { forMs: 10, fromRequestsPerSecond: 5_000, triedEvery: 16 };
const SECOND = 1_000;

export const groupCommit = (
  commit: (requests: readonly PreparedRequest[]) => readonly AppendResult[],
  committed: () => void,
): GroupCommit => {
  const waiting: Job[] = [];
  let scheduled = false;
  let idle: (() => void)[] = [];
  let gathering = false;
  let groups = 0;
  /** Requests since an instant, and in the second before it: how busy it is. */
  let rate = { since: 0, requests: 0, before: 0 };

  const isBusy = (): boolean => Math.max(rate.requests, rate.before) >= GATHERING.fromRequestsPerSecond;

  const note = (requests: number): void => {
    const now = performance.now();
    if (now - rate.since >= SECOND)
      rate = { since: now, requests: 0, before: now - rate.since < 2 * SECOND ? rate.requests : 0 };
    rate.requests += requests;
  };

  /** Not at once and not as a microtask: whoever was just answered gets to submit its next call to this group. */
  const schedule = (): void => {
    scheduled = true;
    gathering = isBusy() && (gathering || ++groups % GATHERING.triedEvery === 0);
    if (gathering) setTimeout(flush, GATHERING.forMs);
    else setImmediate(flush);
  };

  const takeGroup = (): readonly Job[] => {
    let requests = 0;
    let jobs = 0;
    while (jobs < waiting.length && (jobs === 0 || requests + waiting[jobs].requests.length <= REQUESTS_PER_GROUP)) {
      requests += waiting[jobs++].requests.length;
    }
    return waiting.splice(0, jobs);
  };

  const settle = (group: readonly Job[]): void => {
    let results: readonly AppendResult[];
    try {
      results = commit(group.length === 1 ? group[0].requests : group.flatMap((job) => job.requests));
    } catch (error) {
      for (const job of group) job.reject(error);
      return;
    }
    let at = 0;
    for (const { requests, resolve } of group) {
      resolve(results.slice(at, at + requests.length));
      at += requests.length;
    }
    committed();
  };

  const flush = (): void => {
    const group = takeGroup();
    note(group.reduce((sum, { requests }) => sum + requests.length, 0));
    gathering &&= group.length > 1;
    settle(group);
    scheduled = waiting.length > 0;
    if (scheduled) return void setImmediate(flush);
    for (const resolve of idle) resolve();
    idle = [];
  };

  return {
    submit: (requests) =>
      new Promise((resolve, reject) => {
        waiting.push({ requests, resolve, reject });
        if (!scheduled) schedule();
      }),
    drained: () => (scheduled ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()),
  };
};
