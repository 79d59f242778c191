/** Asking an object on another thread, call by call: for stores whose questions may take long. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { type CarriedError, carriedError, carryError } from './carried-error';

/** Functions whose arguments and answers can be posted to another thread. */
type Calls = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>;

interface Question {
  readonly id: number;
  readonly call: string;
  readonly given: readonly unknown[];
}

/** The answer to the question with that id; {@link OPENED} for the opening of the object itself. */
type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CarriedError };

const OPENED = 0;
const CLOSE = 'close';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface ThreadCalls {
  ask(call: string, ...given: readonly unknown[]): Promise<unknown>;
  /** Closes the object and ends the thread. May be called twice. */
  close(): Promise<void>;
}

/**
 * Asks the object that a worker thread opened with {@link answerCalls}. Questions are answered one after another; a thread
 * that waits for questions does not keep the process running.
 *
 * @param closed the message of the error after the end
 * @throws the error (the promise rejects) with which the object could not be opened
 */
export const callsTo = async (thread: Worker, closed: string): Promise<ThreadCalls> => {
  const asked = new Map<number, Asked>();
  let last = OPENED;
  let over: Error | undefined;

  const end = (error: Error): void => {
    over ??= error;
    for (const { reject } of asked.values()) reject(over);
    asked.clear();
  };
  thread.on('message', (answer: Answer) => {
    const one = asked.get(answer.id);
    asked.delete(answer.id);
    if ('error' in answer) one?.reject(carriedError(answer.error));
    else one?.resolve(answer.value);
  });
  thread.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
  const ended = new Promise<void>((resolve) => {
    thread.on('exit', () => {
      end(new Error(closed));
      resolve();
    });
  });

  const ask = (call: string, ...given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over);
      const id = ++last;
      asked.set(id, { resolve, reject });
      thread.postMessage({ id, call, given } satisfies Question);
    });

  await new Promise((resolve, reject) => asked.set(OPENED, { resolve, reject }));
  thread.unref();
  let closing: Promise<void> | undefined;
  return {
    ask,
    close: () => {
      closing ??= (async () => {
        thread.ref();
        await ask(CLOSE).catch(() => undefined);
        await ended;
      })();
      return closing;
    },
  };
};

/**
 * Opens an object on this worker thread, and answers the questions about it until it is closed.
 *
 * @param open its rejection is that of {@link callsTo}
 */
export const answerCalls = (port: MessagePort, open: () => Promise<object & { close(): Promise<unknown> }>): void => {
  const answerFrom = (calls: Calls) => async (question: Question) => {
    const { id, call, given } = question;
    try {
      const asked = calls[call];
      if (asked === undefined) throw new Error(`There is no call "${call}" on this thread.`);
      const value = await asked(...(given as never[]));
      port.postMessage({ id, value } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error: carryError(error) } satisfies Answer);
    }
    if (call === CLOSE) port.close();
  };
  open().then(
    (opened) => {
      port.on('message', answerFrom(opened as unknown as Calls));
      port.postMessage({ id: OPENED, value: undefined } satisfies Answer);
    },
    (error: unknown) => {
      port.postMessage({ id: OPENED, error: carryError(error) } satisfies Answer);
      port.close();
    },
  );
};
