export { openReadModelOnThread } from './read-model-on-thread';
export * from './sqlite-read-model';
export * from './switch-in';
