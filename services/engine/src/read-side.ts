import type { Program } from '@rapport/domain';
import { factorsOf } from '@rapport/engine';
import { openReadModelOnThread, type ReadModel, type ReadModelLocation } from '@rapport/read-model';

/**
 * The read model that questions are answered from: on a thread of its own, so that no question holds up intake, and
 * opened again when another read model is switched in.
 */
export interface ReadSide {
  current(): ReadModel;
  reopen(program: Program): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

/** Grace period in which running queries may finish on the replaced read model. */
const GRACE_MS = 30_000;

export const openReadSide = async (location: ReadModelLocation, program: Program): Promise<ReadSide> => {
  const open = (of: Program): Promise<ReadModel> => openReadModelOnThread(location, factorsOf(of));
  let current = await open(program);
  const replaced = new Map<ReadModel, NodeJS.Timeout>();
  return {
    current: () => current,
    reopen: async (of) => {
      const old = current;
      current = await open(of);
      const timer = setTimeout(() => {
        replaced.delete(old);
        void old.close();
      }, GRACE_MS);
      timer.unref();
      replaced.set(old, timer);
    },
    close: async () => {
      for (const [readModel, timer] of replaced) {
        clearTimeout(timer);
        await readModel.close();
      }
      replaced.clear();
      await current.close();
    },
  };
};
