import { join } from 'node:path';
import { type CarriedError, carriedError, startThread } from '@rapport/runtime';
import type { FactorParameters, ReadModel } from '../read-model';

export interface ReadingThreadData {
  readonly path: string;
  readonly factors: Readonly<Record<string, FactorParameters>>;
}

export interface Question {
  readonly id: number;
  readonly call: keyof ReadModel;
  readonly given: readonly unknown[];
}

/** To the question with that id; 0 is the opening. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: CarriedError };

/** Everything that can be asked. A call that is missing here does not compile. */
const CALLS: Readonly<Record<Exclude<keyof ReadModel, 'close'>, true>> = {
  load: true,
  save: true,
  checkpoint: true,
  customers: true,
  history: true,
  cases: true,
  promisesDue: true,
  population: true,
  flows: true,
  due: true,
  nextReviewAt: true,
  dueAt: true,
  beyond: true,
  parked: true,
};

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A read model in a SQLite file, read on a thread of its own: a question about a million customers takes its time
 * without holding up whoever asked. Questions are answered one after another.
 *
 * @throws StoreError as {@link openSqliteReadModel} in mode `read`, here and at every call
 * @example const readModel = await openReadModelOnThread('rapport-data/relationships.sqlite', factors);
 */
export const openReadModelOnThread = async (
  path: string,
  factors: ReadingThreadData['factors'],
): Promise<ReadModel> => {
  const thread = startThread(join(__dirname, 'reading-thread'), {
    workerData: { path, factors } satisfies ReadingThreadData,
  });
  const asked = new Map<number, Asked>();
  let last = 0;
  let over: Error | undefined;

  thread.on('message', (answer: Answer) => {
    const one = asked.get(answer.id);
    asked.delete(answer.id);
    if ('error' in answer) one?.reject(carriedError(answer.error));
    else one?.resolve(answer.value);
  });
  const end = (error: Error): void => {
    over ??= error;
    for (const { reject } of asked.values()) reject(over);
    asked.clear();
  };
  thread.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
  const ended = new Promise<void>((resolve) => {
    thread.on('exit', () => {
      end(new Error(`The read model ${path} is closed.`));
      resolve();
    });
  });

  const ask = (call: keyof ReadModel, given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over);
      const id = ++last;
      asked.set(id, { resolve, reject });
      thread.postMessage({ id, call, given } satisfies Question);
    });

  await new Promise((resolve, reject) => asked.set(0, { resolve, reject }));
  // Waiting for questions is no reason for a process to stay.
  thread.unref();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    thread.ref();
    await ask('close', []).catch(() => undefined);
    await ended;
  };
  return {
    ...(Object.fromEntries(
      Object.keys(CALLS).map((call) => [call, (...given: unknown[]) => ask(call as keyof ReadModel, given)]),
    ) as unknown as Omit<ReadModel, 'close'>),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
