import { join } from 'node:path';
import { callsTo, startThread } from '@rapport/runtime';
import type { FactorParameters, ReadModel } from '../read-model';

export interface ReadingThreadData {
  readonly path: string;
  readonly factors: Readonly<Record<string, FactorParameters>>;
}

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

/**
 * A read model in a SQLite file, read on a thread of its own: a question about a million customers takes its time
 * without delaying the caller. Questions are answered one after another.
 *
 * @throws StoreError as {@link openSqliteReadModel} in mode `read`, here and at every call
 * @example const readModel = await openReadModelFileOnThread('rapport-data/relationships.sqlite', factors);
 */
export const openReadModelFileOnThread = async (
  path: string,
  factors: ReadingThreadData['factors'],
): Promise<ReadModel> => {
  const thread = startThread(join(__dirname, 'reading-thread'), {
    workerData: { path, factors } satisfies ReadingThreadData,
  });
  const { ask, close } = await callsTo(thread, `The read model ${path} is closed.`);
  const calls = Object.keys(CALLS).map((call) => [call, (...given: unknown[]) => ask(call, ...given)]);
  return { ...(Object.fromEntries(calls) as unknown as Omit<ReadModel, 'close'>), close };
};
