/** The thread behind {@link openHistoryOnThread}: answers one question after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerCalls } from '@rapport/runtime';
import type { HistoryThreadData } from './history-on-thread';
import { openSqliteEventLog } from './sqlite-event-log';

const { path } = workerData as HistoryThreadData;
if (parentPort !== null) answerCalls(parentPort, () => openSqliteEventLog(path, { mode: 'follow' }));
