/** The parts of a serving engine on one data directory, opened in the order in which they need one another. */
import { type Access, openAccess } from '@rapport/access';
import { finishPublication, type Host, rulesetInForce, unusableProjection } from '@rapport/data-directory';
import { compileRuleset } from '@rapport/domain';
import { type ChangeFeed, createChangeFeed, systemClock } from '@rapport/engine';
import { openWebhooks, type Webhooks } from '@rapport/messaging';
import type { Rejections } from '@rapport/rejections';
import { openTelemetry, type Telemetry } from '@rapport/telemetry';
import { ActiveRules } from './active-rules';
import type { Closers } from './closers';
import type { Config } from './config';
import { type CrossSellKeeper, keepCrossSell } from './cross-sell-keeper';
import { keepRejections } from './keep-rejections';
import { oidcOptions, webhookOptions } from './options-of';
import { ReadModelHandle } from './read-model-handle';
import { type SupervisedProjection, superviseProjection } from './supervised-projection';
import { traceDecisions } from './trace-decisions';
import { version } from './version';
import { openWritableStore, rebuildReadModel, type WritableStore } from './writable-store';

/** The start of the process; every part adds to `open` how to close it. */
export interface Setup {
  readonly config: Config;
  readonly host: Host;
  readonly telemetry: Telemetry;
  readonly open: Closers;
}

/** The open stores, and the rules that answer questions. */
export interface Stores {
  readonly store: WritableStore;
  readonly readModel: ReadModelHandle;
  readonly rules: ActiveRules;
  readonly access: Access;
  readonly rejections: Rejections;
  /** The present instant; in a demo, the one at which its clock stands still. */
  readonly now: () => number;
}

/** The parts that follow the log while the engine runs. */
export interface Followers {
  readonly feed: ChangeFeed;
  readonly crossSell: CrossSellKeeper;
  readonly projection: SupervisedProjection;
  readonly webhooks: Webhooks;
}

export type EngineParts = Setup & Stores & Followers;

const logFormat = (format: Config['log.format']): 'json' | 'pretty' =>
  format === 'auto' ? (process.stdout.isTTY === true ? 'pretty' : 'json') : format;

export const startTelemetry = async (config: Config, open: Closers): Promise<Telemetry> =>
  open.keep(
    await openTelemetry({
      level: config['log.level'],
      format: logFormat(config['log.format']),
      otlpEndpoint: config['tracing.otlpEndpoint'],
      serviceName: 'rapport',
      version,
    }),
    (telemetry) => telemetry.close(),
  );

/** @throws StorageError, DataDirectoryError */
export const openStores = async ({ config, host, telemetry: { logger }, open }: Setup): Promise<Stores> => {
  const store = open.keep(await openWritableStore(host, config.data), ({ log }) => log.close());
  const { files, inForce, today } = store;
  const readModel = open.keep(await ReadModelHandle.open(files.readModel, compileRuleset(inForce.ruleset)), (handle) =>
    handle.close(),
  );
  const access = open.keep(
    await openAccess({
      path: files.access,
      oidc: oidcOptions(config),
      keepMilliseconds: config['auth.accessLog.keep'],
      onError: (err, lost) => logger.error({ err, lost }, 'the access log or the audit log cannot be written'),
    }),
    (opened) => opened.close(),
  );
  const rejections = open.keep(keepRejections(files.rejections, config, logger), async (kept) => kept.close());
  const rules = new ActiveRules(inForce, readModel);
  return { store, readModel, rules, access, rejections, now: () => today ?? systemClock.now() };
};

/** Starts everything that follows the log, except deliveries to webhooks: these start once the engine serves. */
export const startFollowers = async (parts: Setup & Stores): Promise<Followers> => {
  const { config, telemetry, open, store, now } = parts;
  const { files, log } = store;
  const feed = open.keep(createChangeFeed(log), (opened) => opened.close());
  if (config['tracing.otlpEndpoint'] !== undefined) open.add(await traceDecisions(feed, telemetry));
  const crossSell = open.keep(await keepCrossSell(files, log, telemetry.logger, now), (keeper) => keeper.stop());
  const projection = open.keep(await startProjection(parts), (started) => started.stop());
  const webhooks = open.keep(
    await openWebhooks({
      path: files.subscriptions,
      feed,
      options: webhookOptions(config),
      metrics: telemetry.metrics,
      traces: telemetry.traces,
      logger: telemetry.logger,
    }),
    (opened) => opened.stop(),
  );
  return { feed, crossSell, projection, webhooks };
};

const startProjection = ({ host, telemetry, store, rules }: Setup & Stores): Promise<SupervisedProjection> => {
  const { files, log, today } = store;
  return superviseProjection({
    log,
    readModel: files.readModel,
    prepare: async () => {
      await finishPublication({ host, files, log });
      await rules.changeTo(await rulesetInForce(files, log));
      return rules.current().ruleset;
    },
    today,
    logger: telemetry.logger,
    unusable: (error) => unusableProjection(error, files)?.problem,
    rebuild: async () => {
      await rebuildReadModel(host, store, rules.current());
      await rules.readModelRebuilt();
    },
  });
};
