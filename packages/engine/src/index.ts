export { type AnnounceRebuiltOptions, announceRebuilt } from './announce-rebuilt';
export * from './announcement';
export { isBeyond } from './beyond';
export { type Clock, systemClock } from './clock';
export { type ComparisonOptions, type ComparisonReport, compareRulesets } from './compare';
export type { ChangedCustomer } from './compare-job';
export { type CrossSellProjectionOptions, projectCrossSell } from './cross-sell';
export {
  type Decision,
  type DecisionCause,
  decisionOf,
  type RecordedDecision,
  type RulesetName,
  rulesetName,
  UnreadableDecision,
} from './decision';
export * from './documents';
export { factorsOf } from './factors-of';
export { foldable, UnfoldableTouchpoint } from './foldable';
export { decisionsOf, historyOf, type RecordedTouchpoint } from './history-of';
export * from './identity';
export { type RecordOutcome, recordTouchpoints, streamFor } from './intake';
export {
  type LiveProjection,
  type LiveProjectionOptions,
  type LiveStatus,
  startLiveProjection,
} from './live/live-projection';
export { ProjectionUnavailable } from './live/projection-unavailable';
export { Interrupted } from './partition/interrupted';
export { Projector, type ProjectorOptions } from './projector/projector';
export { RebuildNeeded } from './projector/rebuild-needed';
export { NOTHING_DONE, type ProjectionReport } from './projector/report';
export * from './publications';
export { type PutInForceOptions, type PutInForceReport, putInForce } from './put-in-force';
export { type RebuildOptions, type RebuildReport, rebuild } from './rebuild';
export type { RelationshipAt } from './relationship-at';
export { type ReplayOptions, type ReplayReport, replay } from './replay';
export type { SettleReport } from './settle-decided';
export { type VerifyOptions, type VerifyReport, verify } from './verify';
export type { Problem } from './verify-job';
