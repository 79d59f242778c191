import type { Host } from '@rapport/data-directory';
import type { Config } from './config';
import type { RunningEngine } from './start-engine';

export * from './config';
export type { RunningEngine } from './start-engine';

/** Serves until the host's signal aborts, and then stops in order. Loads what serves only now. */
export const serve = async (config: Config, host: Host): Promise<void> =>
  (require('./serve') as typeof import('./serve')).serve(config, host);

/** The whole engine in this process; see start-engine.ts. */
export const startEngine = async (config: Config, host: Host): Promise<RunningEngine> =>
  (require('./start-engine') as typeof import('./start-engine')).startEngine(config, host);
