/** What tests of other packages share: not part of the interface. */
// What it adds to the types of Fastify is for them too.
import './stage-changes/stream';

export type { ItemResult } from './intake/record-items';
export * from './testing/api-engine';
export * from './testing/sse-reader';
export * from './testing/stream-server';
