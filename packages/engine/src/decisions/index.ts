export * from './decision';
export { rulesetNameCodec } from './decision-data';
export { type ChangedPast, decisionsFor, type Undecided } from './decisions-for';
export { recordDecisions } from './record-decisions';
export { decisionOf, type RecordedDecision, UnreadableDecision } from './recorded-decision';
