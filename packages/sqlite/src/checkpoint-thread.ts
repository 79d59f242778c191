/** The thread behind {@link checkpointsAside}. It waits on a shared number, so it needs no event loop. */
import { workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type CheckpointThreadData, ENDED, OPEN } from './checkpoints-aside';

/** How often the thread looks at the write-ahead log. */
const PAUSE_MS = 50;
/** Pages worth a checkpoint: the more there are, the more of them are there twice, and copied once. */
const WORTH_IT = 8_000;
/** The first pass copies nearly all; the next ones what was committed meanwhile, until there is nothing left. */
const PASSES = 4;

interface Progress {
  /** Pages in the write-ahead log, and how many of them have been copied. */
  readonly log: number;
  readonly checkpointed: number;
}

const { path, state } = workerData as CheckpointThreadData;
const phase = new Int32Array(state);

const copy = (db: Database.Database): void => {
  const checkpoint = (mode: 'NOOP' | 'PASSIVE'): Progress =>
    (db.pragma(`wal_checkpoint(${mode})`) as readonly Progress[])[0];
  if (checkpoint('NOOP').log < WORTH_IT) return;
  // Once everything is copied the writer begins the log anew by itself.
  for (let pass = 0; pass < PASSES; pass++) {
    const { log, checkpointed } = checkpoint('PASSIVE');
    if (log === checkpointed) return;
  }
};

try {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('synchronous = FULL');
    while (Atomics.wait(phase, 0, OPEN, PAUSE_MS) === 'timed-out') copy(db);
  } finally {
    db.close();
  }
} finally {
  Atomics.store(phase, 0, ENDED);
  Atomics.notify(phase, 0);
}
