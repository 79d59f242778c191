import { compileRuleset, type Ruleset, rulesetHash } from '@rapport/domain';
import { announceRebuilt, factorsOf, type SettleReport } from '@rapport/engine';
import {
  checkReadModelIsFree,
  discardReadModel,
  discardReadModelBuild,
  openReadModel,
  type ReadModelLocation,
  switchInReadModel,
} from '@rapport/read-model';
import type { AtWork } from './at-work';
import { nowIn } from './demo-marker';
import type { InForce } from './in-force';
import { type Build, buildReadModel, catchUpCrossSell } from './projecting';
import { type PublicationWords, recordPublication } from './publish-ruleset';

export interface RebuildStoreOptions extends AtWork, PublicationWords {
  /** In force until now. */
  readonly present: InForce;
  /** To be put in force. */
  readonly ruleset?: Ruleset;
  readonly workers: number;
}

export interface RebuiltStore extends Build {
  readonly inForce: InForce;
  /** What differed from what was last announced; absent where nothing was to be announced. */
  readonly differences?: SettleReport;
}

/**
 * Rebuilds everything that follows from the log, beside what is there, and switches it in. With another ruleset, that
 * comes into force. Where it is asked for, what then differs from what was last announced is announced.
 */
export const rebuildStore = async (options: RebuildStoreOptions): Promise<RebuiltStore> => {
  const { files, present, ruleset = present.ruleset, announce, workers } = options;
  const hash = rulesetHash(ruleset);
  const now = nowIn(files);
  // Another writer would be in the way at the end; better to know now.
  checkReadModelIsFree(files.readModel);
  const built = await buildReadModel(options, { ruleset, now, workers });
  let differences: SettleReport | undefined;
  let inForce: InForce = present;
  try {
    if (hash !== present.hash)
      inForce = { ruleset, hash, publication: await recordPublication(options, ruleset, options, now) };
    if (announce) differences = await announced(options, built.location, ruleset, now);
    switchInReadModel(built.location, files.readModel);
  } finally {
    discardReadModelBuild(built.location);
  }
  await catchUpCrossSell(options, true);
  return { ...built, inForce, differences };
};

const announced = async (
  { host, files, log }: AtWork,
  location: ReadModelLocation,
  ruleset: Ruleset,
  at: number,
): Promise<SettleReport> => {
  const rebuilt = await openReadModel(location, { mode: 'write', factors: factorsOf(compileRuleset(ruleset)) });
  try {
    // It does not know the decisions that follow: after a kill no projector may continue it.
    discardReadModel(files.readModel);
    return await announceRebuilt({ log, rebuilt, ruleset, at, signal: host.signal });
  } finally {
    await rebuilt.close();
  }
};
