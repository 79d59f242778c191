/** The engine in a container: set by environment and file alone. `node services/engine/dist/main.js` */
import '@rapport/runtime/supported-node';
import type { Host } from '@rapport/data-directory';
import { effectiveConfig } from './config';
import { EXIT_STATUS, exitStatusOf, isForPeople } from './exit-status';
import { serve } from './serve';

const stopping = new AbortController();
const stop = (): void => {
  if (stopping.signal.aborted) process.exit(EXIT_STATUS.interrupted);
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
  // A container may have a terminal (`docker run -t`) and keep what is said on it all the same.
  await serve(config, host, false);
};

run().then(
  () => process.exit(EXIT_STATUS.stopped),
  (error: unknown) => {
    if (stopping.signal.aborted) process.exit(EXIT_STATUS.interrupted);
    host.note(isForPeople(error) ? error.message : String(error instanceof Error ? error.stack : error));
    process.exit(exitStatusOf(error));
  },
);
