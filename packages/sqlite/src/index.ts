import './supported-node';

export * from './acquire-writer';
export { type CarriedError, carriedError, carryError } from './carried-error';
export { isThere } from './is-there';
export * from './open-store';
export * from './store-error';
