import type { Host } from '@rapport/data-directory';
import type { Config } from './config';
import type { RunningEngine, StartOptions } from './start-engine';

export * from './config';
export { isTemporary } from './exit-status';
export type { RunningEngine, StartOptions } from './start-engine';

/** Serves until the host's signal aborts, and then stops in order. Loads what serves only now. */
export const serve = async (config: Config, host: Host, showKey?: boolean): Promise<void> =>
  (require('./serve') as typeof import('./serve')).serve(config, host, showKey);

/** The whole engine in this process; see start-engine.ts. */
export const startEngine = async (config: Config, host: Host, options?: StartOptions): Promise<RunningEngine> =>
  (require('./start-engine') as typeof import('./start-engine')).startEngine(config, host, options);
