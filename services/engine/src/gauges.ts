import type { EventLogWithHistory } from '@rapport/event-log';
import type { Webhooks } from '@rapport/messaging';
import type { ReadModel } from '@rapport/read-model';
import type { DiskUsage, EngineGauges, Telemetry } from '@rapport/telemetry';
import type { SupervisedProjection } from './supervised-projection';

export interface GaugeSources {
  readonly log: EventLogWithHistory;
  readonly projection: SupervisedProjection;
  readonly readModel: () => ReadModel;
  readonly webhooks: Webhooks;
  readonly openStreams: () => number;
  readonly disk: () => Promise<DiskUsage>;
  readonly logger: Telemetry['logger'];
}

/** How far the read model is behind: counted from the first touchpoint that it does not know. */
const lagOf = async (log: EventLogWithHistory, projection: SupervisedProjection) => {
  const { checkpoint } = projection.status();
  for await (const [first] of log.readAll({ after: checkpoint, category: 'customer', pageSize: 1 })) {
    if (first === undefined) continue;
    const lagSeconds = Math.max(0, Date.now() - first.recordedAt) / 1000;
    return { lagPositions: await log.countAfter(checkpoint), lagSeconds };
  }
  return { lagPositions: 0, lagSeconds: 0 };
};

/** The gauges of the metrics, as they stand. */
export const gauges = async (sources: GaugeSources): Promise<EngineGauges> => {
  const { log, projection, webhooks, readModel, openStreams, disk, logger } = sources;
  const { touchpoints, late, decisions } = projection.status();
  const subscriptions = await webhooks.list();
  const byStatus = { active: 0, paused: 0, disabled: 0 };
  for (const { status } of subscriptions) byStatus[status]++;
  return {
    ...(await lagOf(log, projection)),
    projectedTouchpoints: touchpoints,
    lateTouchpoints: late,
    decisions,
    parkedCustomers: (await readModel().parked()).length,
    sseSubscribers: openStreams(),
    webhookSubscriptions: byStatus,
    webhookWaiting: subscriptions.reduce((sum, { waiting }) => sum + waiting, 0),
    webhookDeadLetters: subscriptions.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    logEvents: (await log.count()).events,
    disk: await disk().catch((err: unknown) => {
      logger.warn({ err }, 'how much of the disk is used could not be read');
      return undefined;
    }),
  };
};
