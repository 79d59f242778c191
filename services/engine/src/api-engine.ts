import { publishRuleset } from '@rapport/data-directory';
import { createRulesetHistory, recordTouchpoints, systemClock } from '@rapport/engine';
import type { ApiEngine } from '@rapport/http-api';
import { SPAN } from '@rapport/telemetry';
import { Mutex } from 'async-mutex';
import type { EngineParts } from './engine-parts';
import { notReady } from './readiness';

/**
 * The engine as the HTTP interface sees it.
 *
 * @param stopping aborts when the engine begins to stop: it is not ready from then on
 */
export const apiEngine = (parts: EngineParts, stopping: AbortSignal): ApiEngine => {
  const { config, telemetry, store, readModel, rules, access, rejections, now } = parts;
  const { feed, crossSell, projection, webhooks } = parts;
  const { log } = store;
  const maxLag = config['readiness.maxLag'];
  return {
    log,
    get catalogue() {
      return rules.current().catalogue;
    },
    record: (touchpoints) =>
      telemetry.traces.span(SPAN.record, { 'rapport.touchpoints': touchpoints.length }, () =>
        recordTouchpoints(log, touchpoints),
      ),
    rules: () => rules.current(),
    rulesetHistory: createRulesetHistory(log),
    readModel: () => readModel.current(),
    crossSell: () => crossSell.answers(),
    feed,
    webhooks,
    access,
    rejections,
    telemetry,
    clock: systemClock,
    now,
    projection: () => projection.status(),
    whenCaughtUp: (position) => projection.whenCaughtUp(position),
    retryParked: () => projection.retryParked(),
    publishRuleset: rulesetPublisher(parts),
    notReady: () => notReady({ projection, feed, maxLag, stopping: () => stopping.aborted }),
  };
};

/** Publishes one ruleset after another, each while the projection is paused. */
const rulesetPublisher = ({
  host,
  telemetry,
  store,
  rules,
  projection,
  now,
}: EngineParts): ApiEngine['publishRuleset'] => {
  const { files, log } = store;
  const publishing = new Mutex();
  return (ruleset, { announce, by }) =>
    publishing.runExclusive(async () => {
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
      telemetry.logger.info({ ruleset: hash, ...report }, 'a ruleset was put in force');
      return { hash, ...report };
    });
};
