import { publishedRuleset, type ReadingStore } from '@rapport/data-directory';
import { compileRuleset, type Program, type Ruleset, rulesetHash } from '@rapport/domain';
import { rulesetName, type UsedRuleset, usedRuleset } from '@rapport/engine';
import type { Cli } from '../cli';
import { rulesetFrom } from '../rulesets';

/** The rules that answer a question. */
export interface Rules {
  readonly ruleset: Ruleset;
  readonly program: Program;
  /** Their name, and why they were chosen. */
  readonly used: UsedRuleset;
}

export interface RulesAsked {
  /** In milliseconds: the rules that were in force then. */
  readonly knownAt?: number;
  /** A file, or `retail`: these, whatever was in force. */
  readonly ruleset?: string;
}

/**
 * By which rules a question is answered: those that were named, else those in force at the instant it is asked as known
 * at, else those in force.
 *
 * @throws DataDirectoryError where the rules of that time are lost
 */
export const rulesFor = async (
  cli: Cli,
  store: ReadingStore,
  { knownAt, ruleset: named }: RulesAsked,
): Promise<Rules> => {
  if (named !== undefined) {
    const ruleset = rulesetFrom(cli, named);
    const used = { ...rulesetName(ruleset, rulesetHash(ruleset)), chosen: 'given' as const };
    return { ruleset, program: compileRuleset(ruleset), used };
  }
  const chosen = await store.rulesetHistory.at(knownAt);
  if (chosen === undefined)
    return { ruleset: store.ruleset, program: store.program, used: rulesetName(store.ruleset, store.hash) };
  const used = usedRuleset(chosen);
  if (used.hash === store.hash) return { ruleset: store.ruleset, program: store.program, used };
  const { ruleset } = publishedRuleset(store.files, chosen.publication);
  return { ruleset, program: compileRuleset(ruleset), used };
};
