import '@rapport/runtime/supported-node';

export * from './acquire-writer';
export { copyStore } from './copy-store';
export * from './group-writer';
export { isThere } from './is-there';
export * from './open-store';
export { makeOwned } from './owned-file';
export * from './store-error';
