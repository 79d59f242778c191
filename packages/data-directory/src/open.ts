import { compileRuleset, type Program } from '@rapport/domain';
import { createRulesetHistory, factorsOf, type RulesetHistory } from '@rapport/engine';
import { type CompleteEventLog, openEventLog } from '@rapport/event-log';
import { openReadModel, type ReadModel, readModelExists } from '@rapport/read-model';
import { type DataDirectory, existingStore } from './data-directory';
import { nowIn } from './demo-marker';
import { type InForce, rulesetInForce } from './in-force';
import { explained } from './unusable';

/** A store opened for questions; any number of processes may, while one writes. */
export interface ReadingStore extends InForce {
  readonly files: DataDirectory;
  readonly log: CompleteEventLog;
  readonly program: Program;
  /** Which rules were in force when. */
  readonly rulesetHistory: RulesetHistory;
  /** What a question means that names no instant. */
  readonly now: number;
  /** Opened when first asked for. */
  readonly readModel: () => Promise<ReadModel>;
  /** Whether there is a read model; without one, `rebuild` makes it. */
  readonly hasReadModel: boolean;
}

/** Opens the store of a data directory, does some work with it, and closes it whatever happens. */
export const withStore = async <T>(directory: string, work: (store: ReadingStore) => Promise<T>): Promise<T> => {
  const files = existingStore(directory);
  const log = await openEventLog(files.eventLog, { mode: 'read' });
  let readModel: Promise<ReadModel> | undefined;
  try {
    const inForce = await rulesetInForce(files, log);
    const program = compileRuleset(inForce.ruleset);
    return await work({
      ...inForce,
      files,
      log,
      program,
      rulesetHistory: createRulesetHistory(log),
      now: nowIn(files),
      hasReadModel: readModelExists(files.readModel),
      readModel: () => {
        readModel ??= openReadModel(files.readModel, { mode: 'read', factors: factorsOf(program) });
        return readModel;
      },
    });
  } catch (error) {
    throw explained(error, files);
  } finally {
    await (await readModel?.catch(() => undefined))?.close();
    await log.close();
  }
};
