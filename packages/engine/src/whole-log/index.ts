export { type ComparisonOptions, type ComparisonReport, compareRulesets } from './compare';
export type { ChangedCustomer } from './compare-job';
export { type RebuildOptions, type RebuildReport, rebuild } from './rebuild';
export type { RelationshipAt } from './relationship-at';
export { type ReplayOptions, type ReplayReport, replay } from './replay';
export { type VerifyOptions, type VerifyReport, verify } from './verify';
export type { Problem } from './verify-job';
