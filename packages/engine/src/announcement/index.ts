export { CHANGE_KINDS, type ChangeEvent, type ChangeKind, changeEvent } from './change-event';
export {
  type Announcement,
  type ChangeFeed,
  type ChangePage,
  type ChangeRequest,
  createChangeFeed,
} from './change-feed';
export { type ChangeFilter, changeMatcher, DEFAULT_CAUSES } from './change-filter';
