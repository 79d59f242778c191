import type { Host, InForce } from '@rapport/data-directory';
import type { ApiEngine } from '@rapport/http-api';
import type { Telemetry } from '@rapport/telemetry';
import { apiEngine } from './api-engine';
import { type Closers, closers } from './closers';
import type { Config } from './config';
import { openStores, startFollowers, startTelemetry } from './engine-parts';
import { ensureFirstKey, type KeyReport } from './first-key';
import { apiOptions } from './options-of';
import { serveHttp } from './serve-http';

/** An engine that serves. */
export interface RunningEngine {
  /** Where it is reached: `http://127.0.0.1:7600`. */
  readonly url: string;
  readonly data: string;
  readonly inForce: InForce;
  /** The secret of the first key, where this start made it. */
  readonly firstKey: string | undefined;
  /** Undefined where authentication is off. */
  readonly keys: KeyReport | undefined;
  readonly api: ApiEngine;
  readonly logger: Telemetry['logger'];
  /**
   * Takes no more requests, ends streams, lets requests under way end (for `shutdown.timeout` at most), then webhook
   * attempts (for `webhooks.timeout` at most), and closes everything. May be called twice.
   */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Keeps the first key in a file of the data directory too, before the key is stored. */
  readonly keepFirstKey?: boolean;
}

/**
 * The whole engine in this process: intake, projection, announcements, webhooks and the HTTP interface on one data
 * directory.
 *
 * @throws StorageError, DataDirectoryError, ConfigError, ServeError: their messages are for people
 * @example
 * const engine = await startEngine(config, { note, progress, signal });
 * await engine.stop();
 */
export const startEngine = async (
  config: Config,
  host: Host,
  startOptions: StartOptions = {},
): Promise<RunningEngine> => {
  const open = closers();
  try {
    return await start(config, host, startOptions, open);
  } catch (error) {
    await open.close().catch(() => undefined);
    throw error;
  }
};

const start = async (
  config: Config,
  host: Host,
  { keepFirstKey = false }: StartOptions,
  open: Closers,
): Promise<RunningEngine> => {
  const options = apiOptions(config);
  const telemetry = await startTelemetry(config, open);
  const { logger } = telemetry;
  const setup = { config, host, telemetry, open };
  const stores = await openStores(setup);
  const parts = { ...setup, ...stores, ...(await startFollowers({ ...setup, ...stores })) };
  const { rules, access, store, webhooks } = parts;
  const { directory, firstKey } = store.files;

  const stopping = new AbortController();
  const api = apiEngine(parts, stopping.signal);
  const url = await serveHttp(api, options, parts);
  webhooks.start();
  // Last: a start that failed after making a key would never have shown it.
  const keys = config['auth.enabled'] ? await ensureFirstKey(access, firstKey, keepFirstKey) : undefined;
  logger.info({ url, data: directory, ruleset: rules.current().hash }, 'serving');
  for (const sentence of keys?.report.advice ?? []) logger.warn(sentence);

  return {
    url,
    data: directory,
    inForce: rules.current(),
    firstKey: keys?.secret,
    keys: keys?.report,
    api,
    logger,
    stop: () => {
      if (!stopping.signal.aborted) logger.info('stopping');
      stopping.abort();
      return open.close();
    },
  };
};
