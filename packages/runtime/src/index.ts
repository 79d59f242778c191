export { type CarriedError, carriedError, carryError, revive } from './carried-error';
export * from './storage-error';
