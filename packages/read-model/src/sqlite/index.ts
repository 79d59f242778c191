export * from './discard';
export { openReadModelFileOnThread } from './read-model-on-thread';
export * from './sqlite-read-model';
export * from './switch-in';
