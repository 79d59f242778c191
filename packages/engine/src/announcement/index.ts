export { type ChangeEvent, changeEvent } from './change-event';
export { type ChangeFeed, type ChangeFeedOptions, createChangeFeed } from './change-feed';
export * from './change-filter';
export type { Announcement, ChangePage, ChangeRequest } from './change-page';
