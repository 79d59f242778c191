import type { Ruleset } from '../ruleset/ruleset';
import { labelOf } from './language';

/** The reason of a rule in words: of an evidence rule, or of `<promise>:kept` and `<promise>:broken`. */
export const reasonOf = (ruleset: Ruleset, rule: string, language: string): string => {
  const evidence = ruleset.evidence?.find(({ id }) => id === rule);
  if (evidence !== undefined) return labelOf(evidence.reason, language, rule);
  const at = rule.lastIndexOf(':');
  const promise = ruleset.promises?.find(({ id }) => id === rule.slice(0, at));
  const outcome = rule.slice(at + 1) === 'kept' ? 'kept' : 'broken';
  return labelOf(promise?.reason?.[outcome], language, rule);
};
