import { availableParallelism } from 'node:os';
import { existingStore, nowIn, operator, rebuildStore, takeUp } from '@rapport/data-directory';
import type { Ruleset } from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
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
  readonly announce?: true;
}

const rulesetWanted = (cli: Cli, file: string | undefined): Ruleset | undefined => {
  if (file === undefined) return undefined;
  const ruleset = rulesetFrom(cli, file);
  // Refuses types that imports could not take.
  catalogueOf(ruleset);
  return ruleset;
};

/** `rapport rebuild`: the old read model answers until the new one is complete. */
export const rebuildCommand = async (
  cli: Cli,
  { workers = availableParallelism(), ruleset: file, announce }: RebuildCommandOptions,
): Promise<void> => {
  const files = existingStore(cli.data);
  const ruleset = rulesetWanted(cli, file);
  const log = await openEventLog(files.eventLog, { mode: 'write' });
  try {
    const work = { host: cli, files, log };
    const present = await takeUp(work, { with: 'rebuild', ruleset, now: nowIn(files) });
    const rebuilt = await interruptible('To rebuild it, run the same command again.', () =>
      rebuildStore({
        ...work,
        present,
        ruleset,
        announce: announce === true,
        workers,
        by: operator(),
        with: 'rebuild',
      }),
    );
    const { touchpoints, customers, parked, milliseconds, inForce, differences } = rebuilt;
    if (file !== undefined) await notePublished(files, inForce.ruleset, { by: 'rebuild --ruleset' });
    if (cli.json)
      return printJson(cli, {
        ruleset: rulesetName(inForce.ruleset, inForce.hash),
        touchpoints,
        customers,
        parked,
        milliseconds,
        ...differences,
      });
    cli.print(
      `Rebuilt from ${counted(touchpoints, 'touchpoint')}: ${counted(customers, 'customer')} in ${elapsed(milliseconds)}, switched in.`,
    );
    if (file !== undefined) cli.print(`In force now: ${inForce.ruleset.ruleset} ${inForce.ruleset.version}.`);
    if (differences !== undefined)
      cli.print(
        `${counted(differences.changed, 'customer')} stood elsewhere than last announced; ${counted(differences.announced, 'change')} announced.`,
      );
    if (parked > 0) cli.note(`${counted(parked, 'customer')} could not be folded: rapport parked`);
  } finally {
    await log.close();
  }
};
