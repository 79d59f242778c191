export { isThere } from '@rapport/sqlite';
export type { AtWork, FoldingWith } from './at-work';
export { type BackupReport, backUp } from './back-up';
export { type DataDirectory, dataDirectory, existingStore, hasStore, storeToFill } from './data-directory';
export { DataDirectoryError } from './data-directory-error';
export {
  type DemoMarker,
  type DemoPicks,
  nowIn,
  readDemoMarker,
  removeDemoMarker,
  writeDemoMarker,
} from './demo-marker';
export type { Host, Progress } from './host';
export { cannotContinue, type InForce, publishedRuleset, rulesetInForce, rulesetInForceAt } from './in-force';
export { type ReadingStore, withStore } from './open';
export { bringUpToDate, catchUpCrossSell, type Projected, rebuildReadModel } from './projecting';
export { finishPublication, type PublishOptions, publishRuleset } from './publish-ruleset';
export { operator } from './publishers';
export { type RebuildStoreOptions, type RebuiltStore, rebuildStore } from './rebuild-store';
export { readStored, storedHashes } from './ruleset-files';
export { shellWord } from './shell-word';
export { takeUp } from './take-up';
export { beginImport, endImport, hasUnfinishedImport, settleImport } from './unfinished-import';
export { explained, unusableProjection } from './unusable';
export { type RulesetsReport, verifyRulesets } from './verify-rulesets';
