import { availableParallelism } from 'node:os';
import {
  catchUpCrossSell,
  existingStore,
  type InForce,
  keepRuleset,
  nowIn,
  rebuildReadModel,
  rulesetInForce,
} from '@rapport/data-directory';
import { type Ruleset, rulesetHash } from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { openSqliteEventLog } from '@rapport/event-log';
import { type Cli, printJson } from '../cli';
import { interruptible } from '../exit';
import { elapsed } from '../output/instants';
import { counted } from '../output/numbers';
import { catalogueOf, rulesetFrom } from '../rulesets';
import { notePublished } from './audit-log';

export interface RebuildCommandOptions {
  readonly workers?: number;
  /** Puts another ruleset in force. */
  readonly ruleset?: string;
}

const rulesetWanted = async (cli: Cli, file: string | undefined): Promise<InForce> => {
  if (file === undefined) return rulesetInForce(cli.data);
  const ruleset: Ruleset = rulesetFrom(cli, file);
  // Refuses types that imports could not take.
  catalogueOf(ruleset);
  return { ruleset, hash: rulesetHash(ruleset) };
};

/** `rapport rebuild`: the old read model answers until the new one is complete. */
export const rebuildCommand = async (
  cli: Cli,
  { workers = availableParallelism(), ruleset: file }: RebuildCommandOptions,
): Promise<void> => {
  const files = existingStore(cli.data);
  const inForce = await rulesetWanted(cli, file);
  // An import at work would bring everything up to date with the ruleset it began with.
  const log = await openSqliteEventLog(files.events, { mode: file === undefined ? 'read' : 'write' });
  try {
    const { touchpoints, customers, parked, milliseconds } = await interruptible(
      'The read model is as it was. To rebuild it, run the same command again.',
      async () => {
        keepRuleset(files, inForce.ruleset);
        const report = await rebuildReadModel(cli, files, log, inForce, workers, nowIn(files));
        await catchUpCrossSell(cli, files, log, true);
        if (file !== undefined) await notePublished(files, inForce.ruleset, { by: 'rebuild --ruleset' });
        return report;
      },
    );
    if (cli.json)
      return printJson(cli, {
        ruleset: rulesetName(inForce.ruleset, inForce.hash),
        touchpoints,
        customers,
        parked,
        milliseconds,
      });
    cli.print(
      `Rebuilt from ${counted(touchpoints, 'touchpoint')}: ${counted(customers, 'customer')} in ${elapsed(milliseconds)}, switched in.`,
    );
    if (file !== undefined) cli.print(`In force now: ${inForce.ruleset.ruleset} ${inForce.ruleset.version}.`);
    if (parked > 0) cli.note(`${counted(parked, 'customer')} could not be folded: rapport parked`);
  } finally {
    await log.close();
  }
};
