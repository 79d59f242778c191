/** By which rules a question is answered: those in force, or those that were at the instant it is asked as known at. */
import { compileRuleset, type Program } from '@rapport/domain';
import { rulesetName, rulesetOf, type UsedRuleset, usedRuleset } from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { Refusal } from '../problem';

export interface UsedRules {
  readonly program: Program;
  readonly used: UsedRuleset;
}

/** Past rulesets that are kept compiled. */
const MOST_KEPT = 8;

/** @throws Refusal `unprocessable` from the answer, where the rules of that time are lost */
export const usedRulesOf = (engine: ApiEngine): ((knownAt: number | undefined) => Promise<UsedRules>) => {
  const compiled = new Map<string, Program>();
  return async (knownAt) => {
    const { program, ruleset, hash } = engine.rules();
    const chosen = await engine.rulesetHistory.at(knownAt);
    const named = chosen?.publication.ruleset;
    if (chosen !== undefined && named?.hash === hash) return { program, used: usedRuleset(chosen) };
    // Another one is being put in force at this moment: until that is done, these answer.
    if (chosen === undefined || knownAt === undefined) return { program, used: rulesetName(ruleset, hash) };
    const document = rulesetOf(chosen.publication);
    if (document === undefined)
      throw new Refusal(
        'unprocessable',
        `At that instant ruleset ${chosen.publication.ruleset.name} ${chosen.publication.ruleset.version} (${chosen.publication.ruleset.hash.slice(0, 12)}) was in force, and it was lost before publications were recorded.`,
      );
    const then = compiled.get(chosen.publication.ruleset.hash) ?? compileRuleset(document);
    if (compiled.size >= MOST_KEPT) compiled.clear();
    compiled.set(chosen.publication.ruleset.hash, then);
    return { program: then, used: usedRuleset(chosen) };
  };
};
