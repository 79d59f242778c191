import { createRulesetHistory, recordPublications } from '@rapport/engine';
import { removeWhatIsAhead } from './ahead';
import type { AtWork } from './at-work';
import { type FirstRules, firstPublications, removeOldMark } from './first-publications';
import { type InForce, rulesetInForce } from './in-force';
import { finishPublication } from './publish-ruleset';
import { repairRulesetFiles } from './ruleset-files';

/**
 * The first work after opening a store for writing: it removes what does not fit the log, sees to it that the log
 * says which rules are in force, makes again the files that follow from that, and finishes what a kill cut short.
 *
 * @returns the rules in force
 */
export const takeUp = async (work: AtWork, first: FirstRules): Promise<InForce> => {
  const { host, files, log } = work;
  // Before anything is recorded: afterwards the difference could not be seen any more.
  await removeWhatIsAhead(host, files, log);
  const history = createRulesetHistory(log);
  if ((await history.publications()).length === 0)
    await recordPublications(log, await firstPublications(host, files, log, first));
  removeOldMark(files);
  repairRulesetFiles(host, files, await history.publications());
  await finishPublication(work);
  return rulesetInForce(files, log);
};
