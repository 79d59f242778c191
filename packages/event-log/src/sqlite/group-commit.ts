import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** One group is committed at a time; requests that come meanwhile form the next. */
export const groupCommit = (
  commit: (requests: readonly PreparedRequest[]) => Promise<readonly AppendResult[]>,
): GroupCommit => {
  const waiting: Job[] = [];
  let running: Promise<void> | undefined;

  const takeGroup = (): readonly Job[] => {
    let requests = 0;
    const tooMany = waiting.findIndex((job, i) => {
      requests += job.requests.length;
      return i > 0 && requests > REQUESTS_PER_GROUP;
    });
    return waiting.splice(0, tooMany < 0 ? waiting.length : tooMany);
  };

  const settle = async (group: readonly Job[]): Promise<void> => {
    let results: readonly AppendResult[];
    try {
      results = await commit(group.flatMap((job) => job.requests));
    } catch (error) {
      for (const job of group) job.reject(error);
      return;
    }
    let at = 0;
    for (const { requests, resolve } of group) {
      resolve(results.slice(at, at + requests.length));
      at += requests.length;
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Not at once and not as a microtask: a caller that was just answered can submit its next call to this group.
      await nextTurn();
      await settle(takeGroup());
    }
    running = undefined;
  };

  return {
    submit: (requests) =>
      new Promise((resolve, reject) => {
        waiting.push({ requests, resolve, reject });
        running ??= run();
      }),
    drained: async () => running,
  };
};
