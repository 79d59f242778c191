export {
  type Publication,
  type PublishedWith,
  type Publisher,
  published,
  type RecordedPublication,
  rulesetOf,
} from './publication';
export { recordPublications } from './record-publications';
export { createRulesetHistory, type RulesChosen, type RulesetHistory, rulesetKnownAt } from './ruleset-history';
export { toldByDecisions } from './told-by-decisions';
