import { join } from 'node:path';
import { callsTo, startThread } from '@rapport/runtime';
import type { HistoryPages } from '../history-scan';

export interface HistoryThreadData {
  readonly path: string;
}

/**
 * The history in a SQLite file, read on a thread of its own.
 *
 * @throws StoreError (the promise rejects): missing, damaged, and so on
 */
export const openHistoryOnThread = async (path: string): Promise<HistoryPages & { close(): Promise<void> }> => {
  const thread = startThread(join(__dirname, 'history-thread'), { workerData: { path } satisfies HistoryThreadData });
  const { ask, close } = await callsTo(thread, `The history ${path} is closed.`);
  const calls: { readonly [Call in keyof HistoryPages]: HistoryPages[Call] } = {
    readStreamPage: (...given) => ask('readStreamPage', ...given) as ReturnType<HistoryPages['readStreamPage']>,
    readAllPage: (...given) => ask('readAllPage', ...given) as ReturnType<HistoryPages['readAllPage']>,
    count: () => ask('count') as ReturnType<HistoryPages['count']>,
    countAfter: (...given) => ask('countAfter', ...given) as ReturnType<HistoryPages['countAfter']>,
  };
  return { ...calls, close };
};
