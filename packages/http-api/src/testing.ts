/** Shared with tests of other packages: not part of the interface. */
// Its additions to the types of Fastify are for them too.
import '@fastify/swagger';
import './create-server';
import './security/authenticate';
import './security/permissions';
import './stage-changes/stream';

export type { ItemResult } from './intake/record-items';
export * from './testing/api-engine';
export * from './testing/sse-reader';
export * from './testing/stream-server';
