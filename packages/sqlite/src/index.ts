import './supported-node';

export * from './acquire-writer';
export { type CarriedError, carriedError, carryError } from './carried-error';
export * from './group-writer';
export { isThere } from './is-there';
export * from './open-store';
export { makeOwned } from './owned-file';
export * from './store-error';
