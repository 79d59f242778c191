import { availableParallelism } from 'node:os';
import { compileRuleset } from '@rapport/domain';
import { factorsOf, Projector, projectCrossSell, RebuildNeeded, rebuild, systemClock } from '@rapport/engine';
import type { EventLogWithHistory, Position } from '@rapport/event-log';
import {
  beginReadModelBuild,
  buildLocation,
  checkReadModelIsFree,
  discardCrossSellStore,
  discardReadModelBuild,
  openCrossSellStore,
  openReadModel,
  type ReadModelLocation,
  readModelExists,
  switchInReadModel,
} from '@rapport/read-model';
import type { AtWork, FoldingWith } from './at-work';
import { nowIn } from './demo-marker';
import { unusableProjection } from './unusable';

export interface Projected {
  readonly touchpoints: number;
  readonly customers: number;
  readonly parked: number;
}

/** Where this many touchpoints wait for a read model that has seen fewer, folding by customer is the shorter way. */
const MANY = 5_000;
/** Below this, threads take longer to start than they save. */
const WORTH_THREADS = 100_000;

/** Touchpoints of customers in the log: what a progress bar counts to. */
const touchpointsIn = async (log: EventLogWithHistory): Promise<number> =>
  (await log.count()).byCategory.customer?.events ?? 0;

/** A read model that was built beside the live one, and not switched in yet. */
export interface Build extends Projected {
  readonly location: ReadModelLocation;
  readonly milliseconds: number;
}

export interface BuildOptions extends FoldingWith {
  /** Threads, 1 or more. */
  readonly workers: number;
  /** The last position to fold; the present end when absent. */
  readonly until?: Position;
}

/** Rebuilds a read model beside the live one; the caller switches it in. */
export const buildReadModel = async (
  { host, files, log }: AtWork,
  { ruleset, now, workers, until }: BuildOptions,
): Promise<Build> => {
  const location = buildLocation(files.readModel);
  const factors = factorsOf(compileRuleset(ruleset));
  const into = await beginReadModelBuild(location, factors);
  const total = await touchpointsIn(log);
  const progress = host.progress('folding', 'touchpoints');
  let done = false;
  let folded = 0;
  try {
    const report = await rebuild({
      log: files.eventLog,
      into,
      ruleset,
      now,
      until,
      workers,
      signal: host.signal,
      onProgress: (touchpoints) => {
        folded += touchpoints;
        progress.update(folded, total);
      },
    });
    await into.finish();
    done = true;
    return { ...report, location };
  } finally {
    progress.stop();
    await into.close();
    if (!done) discardReadModelBuild(location);
  }
};

/** The read model, rebuilt beside the live one and switched in. */
export const rebuildReadModel = async (work: AtWork, options: BuildOptions): Promise<Build> => {
  const live = work.files.readModel;
  // Another writer would be in the way at the end; better to know now.
  checkReadModelIsFree(live);
  const build = await buildReadModel(work, options);
  switchInReadModel(build.location, live);
  return build;
};

/** Folds everything that was appended since the read model's checkpoint. */
const catchUp = async (
  { host, files, log }: AtWork,
  { ruleset, now }: FoldingWith,
  announce: boolean,
): Promise<Projected> => {
  const program = compileRuleset(ruleset);
  const readModel = await openReadModel(files.readModel, { mode: 'write', factors: factorsOf(program) });
  const progress = host.progress('folding', 'touchpoints');
  try {
    const projector = new Projector({
      log,
      readModel,
      program,
      announce,
      clock: { ...systemClock, now: () => now },
    });
    const report = await projector.catchUp(host.signal, ({ touchpoints }) => progress.update(touchpoints));
    host.signal.throwIfAborted();
    return report;
  } finally {
    progress.stop();
    await readModel.close();
  }
};

/**
 * Decides what an engine that ended had not decided yet: touchpoints it took last, and what time changed since. Where
 * the read model cannot be continued there is nothing to compare with, and nothing is announced.
 */
export const foldWhatWasServed = async (work: AtWork, by: FoldingWith): Promise<void> => {
  const { files } = work;
  if (!readModelExists(files.readModel)) return;
  await catchUp(work, by, true).catch((error: unknown) => {
    if (!(error instanceof RebuildNeeded) && unusableProjection(error, files) === undefined) throw error;
  });
};

/** Brings the cross-sell store up to the end of the log; rebuilds it if that is requested or necessary. */
export const catchUpCrossSell = async (work: AtWork, fromStart = false): Promise<void> => {
  const { host, files } = work;
  try {
    await projectInto(work, fromStart);
  } catch (error) {
    const unusable = unusableProjection(error, files);
    if (unusable === undefined) throw error;
    host.note(`${unusable.problem}. It is rebuilt.`);
    discardCrossSellStore(files.crossSellStore);
    await projectInto(work, true);
  }
};

const projectInto = async ({ host, files, log }: AtWork, fromStart: boolean): Promise<void> => {
  const store = await openCrossSellStore(files.crossSellStore, { mode: 'write' });
  const progress = host.progress('cross-sell', 'orders');
  try {
    await projectCrossSell({
      log,
      store,
      fromStart,
      now: nowIn(files),
      signal: host.signal,
      onProgress: (done) => progress.update(done),
    });
  } finally {
    progress.stop();
    await store.close();
  }
};

export interface UpToDateOptions extends FoldingWith {
  /** Touchpoints that were recorded since the read model was last up to date. */
  readonly recorded: number;
  /** Records, for announcement, what changes: then it is folded in the order of the log. */
  readonly announce?: boolean;
}

/** Brings everything that follows from the log up to its end, in whichever way is shorter. */
export const bringUpToDate = async (work: AtWork, options: UpToDateOptions): Promise<Projected> => {
  const { host, files, log } = work;
  const { recorded, announce = false } = options;
  const all = await touchpointsIn(log);
  const missing = !readModelExists(files.readModel);
  const waiting = missing ? all : recorded;
  const workers = all > WORTH_THREADS ? availableParallelism() : 1;
  const { ruleset, now } = options;
  const rebuilt = () => rebuildReadModel(work, { ruleset, now, workers });
  const projected =
    !announce && waiting > MANY && waiting > all / 2
      ? await rebuilt()
      : await catchUp(work, options, announce).catch((error: unknown) => {
          const reason = error instanceof RebuildNeeded ? error.reason : unusableProjection(error, files)?.problem;
          if (reason === undefined) throw error;
          host.note(
            `The read model is rebuilt: ${reason}.${announce ? ' Nothing is announced of what it learns by that.' : ''}`,
          );
          return rebuilt();
        });
  await catchUpCrossSell(work);
  return projected;
};
