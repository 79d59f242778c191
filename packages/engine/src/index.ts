export * from './announcement';
export { isBeyond, positionOf } from './checkpoint';
export { type Clock, systemClock } from './clock';
export { type CrossSellProjectionOptions, projectCrossSell } from './cross-sell';
export {
  type Decision,
  type DecisionCause,
  decisionOf,
  type RecordedDecision,
  type RulesetName,
  rulesetName,
  UnreadableDecision,
} from './decisions';
export * from './documents';
export { factorsOf } from './fold/factors-of';
export { foldable, UnfoldableTouchpoint } from './fold/foldable';
export { decisionsOf, historyOf, type RecordedTouchpoint } from './history-of';
export * from './identity';
export { type AnnounceRebuiltOptions, announceRebuilt } from './in-force/announce-rebuilt';
export { type PutInForceOptions, type PutInForceReport, putInForce } from './in-force/put-in-force';
export type { SettleReport } from './in-force/settle-decided';
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
export * from './whole-log';
