/** What tests of other packages share: not part of the interface. */
export * from './testing/api-engine';
export * from './testing/sse-reader';
export * from './testing/stream-server';
export * from './testing/test-clock';
