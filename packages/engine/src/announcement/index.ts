export { type ChangeEvent, changeEvent } from './change-event';
export {
  type Announcement,
  type ChangeFeed,
  type ChangePage,
  type ChangeRequest,
  createChangeFeed,
} from './change-feed';
export * from './change-filter';
