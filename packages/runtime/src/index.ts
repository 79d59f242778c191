export { aborted, Notifier, onAbort, sleep, waitOrAbort } from './abortable';
export { type CarriedError, carriedError, carryError, revive } from './carried-error';
export { startThread } from './start-thread';
export * from './storage-error';
export { answerCalls, callsTo, type ThreadCalls } from './thread-calls';
