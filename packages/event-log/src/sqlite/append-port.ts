/** Appending to a log that another thread writes, through a port; see `log-thread.ts`. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { carriedError, carryError } from '@rapport/runtime';
import { appendOne } from '../append-one';
import type { CompleteEventLog } from '../complete-event-log';
import type { AppendRequest, AppendResult, EventLog } from '../event-log';
import { type PreparedRequest, prepareRequests } from '../prepare-requests';
import {
  type AppendAnswer,
  type PackedRequests,
  packRequests,
  packResults,
  unpackRequests,
  unpackResults,
} from './append-messages';
import { groupCommit } from './group-commit';

/** The way to a writer on another thread: `port` is transferred to the thread that appends through it. */
export interface LogConnection {
  readonly port: MessagePort;
  /** Resolves when the other end was closed and nothing that came from there is on its way into the log any more. */
  readonly ended: Promise<void>;
}

/** A writer: each call is one durable transaction; see `LogWriter`. */
export interface Committing {
  readonly last: number;
  commit(requests: readonly PreparedRequest[]): readonly AppendResult[];
}

/** Commits what comes by ports. */
export interface AppendServer {
  /** Answers what comes by a port until that is closed. `ended` is called when nothing of it is left to commit. */
  serve(port: MessagePort, ended?: () => void): void;
  /** Commits and answers what waits, and closes all ports. */
  close(): void;
}

/**
 * What came by several ports while the last commit was done is committed together, in order of arrival: one wait for
 * the disk for all.
 */
export const appendServer = (writer: Committing): AppendServer => {
  const ports = new Set<MessagePort>();
  let waiting: { readonly port: MessagePort; readonly packed: PackedRequests }[] = [];

  const flush = (): void => {
    const together = waiting;
    waiting = [];
    if (together.length === 0) return;
    let answers: readonly AppendAnswer[];
    try {
      const asked = together.map(({ packed }) => unpackRequests(packed));
      const results = writer.commit(asked.flat());
      let end = 0;
      answers = asked.map(({ length }) => {
        end += length;
        return { last: writer.last, results: packResults(results.slice(end - length, end)) };
      });
    } catch (error) {
      const answer: AppendAnswer = { last: writer.last, error: carryError(error) };
      answers = together.map(() => answer);
    }
    for (const [i, { port }] of together.entries()) port.postMessage(answers[i]);
  };

  return {
    serve: (port, ended) => {
      ports.add(port);
      port.on('message', (packed: PackedRequests) => {
        // After the messages of the other ports that have come already.
        if (waiting.push({ port, packed }) === 1) setImmediate(flush);
      });
      // Comes after all messages.
      port.once('close', () => {
        ports.delete(port);
        flush();
        ended?.();
      });
    },
    close: () => {
      flush();
      for (const port of ports) port.close();
    },
  };
};

/** A connection to something that writes on this thread: for tests that need it to fail. */
export const connectionTo = (writer: Committing): LogConnection => {
  const { port1, port2 } = new MessageChannel();
  return { port: port2, ended: new Promise((resolve) => appendServer(writer).serve(port1, resolve)) };
};

export interface Appending {
  appendMany: EventLog['appendMany'];
  /** Resolves when everything asked before is answered. */
  drained(): Promise<void>;
}

/**
 * Appends by a port. One message is under way at a time; requests that come meanwhile go with the next.
 *
 * @param committed is called with the last committed position before each answer
 */
export const appendsTo = (port: MessagePort, committed?: (last: number) => void): Appending => {
  let waiting:
    | { readonly resolve: (results: readonly AppendResult[]) => void; readonly reject: (e: Error) => void }
    | undefined;
  let closed = false;
  const over = (): Error => new Error('The event log is closed; open it again to append.');

  port.on('message', (answer: AppendAnswer) => {
    const asked = waiting;
    waiting = undefined;
    committed?.(answer.last);
    if ('error' in answer) asked?.reject(carriedError(answer.error));
    else asked?.resolve(unpackResults(answer.results));
  });
  port.on('close', () => {
    closed = true;
    waiting?.reject(over());
  });

  const group = groupCommit(
    (requests) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(over());
        waiting = { resolve, reject };
        port.postMessage(packRequests(requests));
      }),
  );
  return {
    appendMany: async (requests: readonly AppendRequest[]) => {
      const prepared = prepareRequests(requests);
      return prepared.length === 0 ? [] : group.submit(prepared);
    },
    drained: group.drained,
  };
};

/**
 * A log as a thread has it that reads on a connection of its own and appends through the thread that writes.
 *
 * @param log open for reading; closing it closes the port
 * @example const log = appendingTo(await openEventLog(location, 'follow'), port);
 */
export const appendingTo = (log: CompleteEventLog, port: MessagePort): CompleteEventLog => {
  const { appendMany, drained } = appendsTo(port);
  return {
    ...log,
    appendMany,
    append: appendOne(appendMany),
    close: async () => {
      await drained();
      port.close();
      await log.close();
    },
  };
};
