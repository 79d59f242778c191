/** The engine in a container: set by environment and file alone. `node services/engine/dist/main.js` */
import '@rapport/sqlite/supported-node';
import type { Host } from '@rapport/data-directory';
import { effectiveConfig } from './config';
import { serve } from './serve';

const stopping = new AbortController();
const stop = (): void => {
  if (stopping.signal.aborted) process.exit(130);
  stopping.abort();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

const host: Host = {
  note: (text) => void process.stderr.write(`${text}\n`),
  progress: () => ({ update: () => undefined, stop: () => undefined }),
  signal: stopping.signal,
};

const run = async (): Promise<void> => {
  const { config, warnings } = effectiveConfig({ environment: process.env });
  for (const warning of warnings) host.note(warning);
  await serve(config, host);
};

/** Their messages are meant for people. */
const FOR_PEOPLE = new Set(['ConfigError', 'ServeError', 'StoreError', 'DataDirectoryError']);

run().then(
  () => process.exit(0),
  (error: unknown) => {
    if (stopping.signal.aborted) process.exit(130);
    const told = error instanceof Error && FOR_PEOPLE.has(error.name);
    host.note(told ? error.message : String(error instanceof Error ? error.stack : error));
    process.exit(told ? 2 : 70);
  },
);
