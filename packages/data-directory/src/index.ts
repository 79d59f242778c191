export { isThere } from '@rapport/sqlite';
export { removeWhatIsAhead } from './ahead';
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
export { type InForce, rulesetInForce } from './in-force';
export { type ReadingStore, withStore } from './open';
export { bringUpToDate, catchUpCrossSell, type Projected, rebuildReadModel } from './projecting';
export {
  finishPublication,
  type PublishOptions,
  publishRuleset,
  refuseUnfinishedPublication,
} from './publish-ruleset';
export { keepRuleset, notedInForce, noteInForce, readStored, storedHashes } from './ruleset-files';
export { shellWord } from './shell-word';
export { beginImport, endImport, hasUnfinishedImport, settleImport } from './unfinished-import';
export { explained, removeProjection, unusableProjection } from './unusable';
