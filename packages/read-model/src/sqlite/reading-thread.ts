/** The thread behind {@link openReadModelFileOnThread}: answers one question after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerCalls } from '@rapport/runtime';
import type { ReadingThreadData } from './read-model-on-thread';
import { openSqliteReadModel } from './sqlite-read-model';

const { path, factors } = workerData as ReadingThreadData;
if (parentPort !== null) answerCalls(parentPort, () => openSqliteReadModel(path, { mode: 'read', factors }));
