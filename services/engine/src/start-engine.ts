import { type Access, openAccess } from '@rapport/access';
import {
  finishPublication,
  type Host,
  type InForce,
  publishRuleset,
  rulesetInForce,
  unusableProjection,
} from '@rapport/data-directory';
import { compileRuleset } from '@rapport/domain';
import { createChangeFeed, createRulesetHistory, recordTouchpoints, systemClock } from '@rapport/engine';
import { type ApiEngine, createApi } from '@rapport/http-api';
import { openWebhooks } from '@rapport/messaging';
import { openTelemetry, SPAN, type Telemetry } from '@rapport/telemetry';
import { Mutex } from 'async-mutex';
import { closers } from './closers';
import type { Config } from './config';
import { keepCrossSell } from './cross-sell-keeper';
import { diskUsage } from './disk-usage';
import { type KeyReport, keepFirstKey, keyReport } from './first-key';
import { gauges } from './gauges';
import { keepRejections } from './keep-rejections';
import { listen } from './listen';
import { apiOptions, oidcOptions, webhookOptions } from './options-of';
import { presentRules } from './present-rules';
import { openReadSide } from './read-side';
import { notReady } from './readiness';
import { holdStore, madeAnew } from './store';
import { superviseProjection } from './supervised-projection';
import { traceDecisions } from './trace-decisions';
import { version } from './version';

/** An engine that serves. */
export interface RunningEngine {
  /** Where it is reached: `http://127.0.0.1:7600`. */
  readonly url: string;
  readonly data: string;
  readonly inForce: InForce;
  /** The secret of the first key, where this start made it. */
  readonly firstKey: string | undefined;
  /** Undefined where no keys are asked for. */
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
  /** Keeps the first key in a file of the data directory too, before it is made for good. */
  readonly keepFirstKey?: boolean;
}

const logFormat = (format: Config['log.format']): 'json' | 'pretty' =>
  format === 'auto' ? (process.stdout.isTTY === true ? 'pretty' : 'json') : format;

/**
 * The whole engine in this process: intake, projection, announcements, webhooks and the HTTP interface on one data
 * directory.
 *
 * @throws StoreError, DataDirectoryError, ConfigError, ServeError: their messages are for people
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
  { keepFirstKey: keep }: StartOptions,
  open: ReturnType<typeof closers>,
): Promise<RunningEngine> => {
  const options = apiOptions(config);
  const telemetry = await openTelemetry({
    level: config['log.level'],
    format: logFormat(config['log.format']),
    otlpEndpoint: config['tracing.otlpEndpoint'],
    serviceName: 'rapport',
    version,
  });
  open.add(() => telemetry.close());
  const { logger } = telemetry;

  const store = await holdStore(host, config.data);
  const { files, log, today } = store;
  open.add(() => log.close());

  const readSide = await openReadSide(files.readModel, compileRuleset(store.inForce.ruleset));
  open.add(() => readSide.close());
  const rules = presentRules(store.inForce, readSide);
  const access = await openAccess({
    path: files.access,
    oidc: oidcOptions(config),
    keepMilliseconds: config['auth.accessLog.keep'],
    onError: (err, lost) => logger.error({ err, lost }, 'the access log or the audit log cannot be written'),
  });
  open.add(() => access.close());
  const rejections = keepRejections(files.rejections, config, logger);
  open.add(async () => rejections.close());

  const feed = createChangeFeed(log);
  open.add(() => feed.close());
  if (config['tracing.otlpEndpoint'] !== undefined) open.add(await traceDecisions(feed, telemetry));
  const crossSell = await keepCrossSell(files, log, logger, () => today ?? systemClock.now());
  open.add(() => crossSell.stop());
  const projection = await superviseProjection({
    log,
    readModel: files.readModel,
    prepare: async () => {
      await finishPublication({ host, files, log });
      await rules.changeTo(await rulesetInForce(files, log));
      return rules.current().ruleset;
    },
    today,
    logger,
    unusable: (error) => unusableProjection(error, files)?.problem,
    rebuild: async () => {
      await madeAnew(host, store, rules.current());
      await rules.madeAnew();
    },
  });
  open.add(() => projection.stop());
  const webhooks = await openWebhooks({
    path: files.subscriptions,
    feed,
    options: webhookOptions(config),
    metrics: telemetry.metrics,
    traces: telemetry.traces,
    logger,
  });
  open.add(() => webhooks.stop());

  let stopping = false;
  const publishing = new Mutex();
  const api: ApiEngine = {
    log,
    get catalogue() {
      return rules.current().catalogue;
    },
    record: (touchpoints) =>
      telemetry.traces.span(SPAN.record, { 'rapport.touchpoints': touchpoints.length }, () =>
        recordTouchpoints(log, touchpoints),
      ),
    rules: rules.current,
    rulesetHistory: createRulesetHistory(log),
    readModel: () => readSide.current(),
    crossSell: () => crossSell.answers(),
    feed,
    webhooks,
    access,
    rejections,
    telemetry,
    clock: systemClock,
    now: () => today ?? systemClock.now(),
    projection: () => projection.status(),
    whenCaughtUp: (position) => projection.whenCaughtUp(position),
    retryParked: () => projection.retryParked(),
    publishRuleset: (ruleset, { announce, by }) =>
      publishing.runExclusive(async () => {
        const now = () => today ?? systemClock.now();
        const report = await publishRuleset({
          host,
          files,
          log,
          ruleset,
          announce,
          by,
          with: 'POST /v1/rulesets',
          now,
          paused: (work) => projection.pauseFor(work),
        });
        const { hash } = rules.current();
        logger.info({ ruleset: hash, ...report }, 'a ruleset was put in force');
        return { hash, ...report };
      }),
    notReady: () => notReady({ projection, feed, maxLag: config['readiness.maxLag'], stopping: () => stopping }),
  };
  const app = await createApi(api, options);
  const disk = diskUsage(files.directory);
  telemetry.metrics.observe(() =>
    gauges({ log, projection, readModel: api.readModel, webhooks, openStreams: () => app.openStreams(), disk, logger }),
  );
  open.add(async () => {
    // Who does not end in time is cut off.
    const timer = setTimeout(() => app.server.closeAllConnections(), config['shutdown.timeout']);
    await app.close();
    clearTimeout(timer);
  });
  const url = await listen(app, config);
  webhooks.start();
  // Only now: a failed start would have made a key without showing it.
  const keys = config['auth.enabled'] ? await keysOf(access, files.firstKey, keep === true) : undefined;
  logger.info({ url, data: files.directory, ruleset: rules.current().hash }, 'serving');
  for (const sentence of keys?.report.advice ?? []) logger.warn(sentence);

  return {
    url,
    data: files.directory,
    inForce: rules.current(),
    firstKey: keys?.secret,
    keys: keys?.report,
    api,
    logger,
    stop: () => {
      if (!stopping) logger.info('stopping');
      stopping = true;
      return open.close();
    },
  };
};

/** Makes the first key where there was never one, and looks what keys there are. */
const keysOf = async (
  access: Access,
  file: string,
  keep: boolean,
): Promise<{ readonly secret: string | undefined; readonly report: KeyReport }> => {
  const made = await access.firstKey(keep ? (secret) => keepFirstKey(file, secret) : undefined);
  const report = keyReport(await access.keys(), file, { madeNow: made !== undefined, now: Date.now() });
  return { secret: made?.secret, report };
};
