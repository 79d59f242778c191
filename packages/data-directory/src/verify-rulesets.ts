import { rulesetHash } from '@rapport/domain';
import { type RecordedPublication, rulesetOf } from '@rapport/engine';
import type { DataDirectory } from './data-directory';
import { notedInForce, rulesetFileProblems } from './ruleset-files';

export interface RulesetsReport {
  readonly publications: number;
  /** In words; empty when publications and kept rulesets say the same. */
  readonly problems: readonly string[];
}

/** The rulesets of a store against themselves: publications by their hashes, and what is kept of them beside the log. */
export const verifyRulesets = (files: DataDirectory, publications: readonly RecordedPublication[]): RulesetsReport => {
  const altered = publications.flatMap((publication) => {
    const ruleset = rulesetOf(publication);
    return ruleset === undefined || rulesetHash(ruleset) === publication.ruleset.hash
      ? []
      : [`publication ${publication.number} names ruleset ${publication.ruleset.hash}, and carries another one`];
  });
  const inForce = publications.at(-1)?.ruleset.hash;
  const noted = inForce === undefined || notedInForce(files) === inForce;
  const note = noted ? [] : [`${files.rulesets}/in-force does not name ${inForce}, which is in force`];
  return {
    publications: publications.length,
    problems: [...altered, ...rulesetFileProblems(files, publications), ...note],
  };
};
