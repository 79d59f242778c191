import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DEFINITIONS, type MetricDefinition, MISNAMED } from './definitions';
import type { EngineGauges, Metrics } from './metrics';

export interface MetricsOptions {
  readonly version: string;
  /** Also the process's own: event loop, memory, garbage collection, open files. These observe the process meanwhile. */
  readonly processMetrics: boolean;
  /** Told when the engine's gauges could not be read; they are missing from that scrape then. */
  readonly onObserveFailure?: (error: unknown) => void;
}

/** Metrics in a registry of their own, so that two engines in one process do not mix. */
export const createMetrics = ({ version, processMetrics, onObserveFailure }: MetricsOptions): Metrics => {
  const registry = new Registry();
  let refresh: () => Promise<void> = async () => {};
  const settings = ({ name, help, labels }: MetricDefinition) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const counter = (definition: MetricDefinition) => new Counter(settings(definition));
  const histogram = (definition: MetricDefinition) =>
    new Histogram({ ...settings(definition), buckets: [...(definition.buckets ?? [])] });
  const observed = { collect: () => refresh() };
  const readCounter = (definition: MetricDefinition) => new Counter({ ...settings(definition), ...observed });
  const readGauge = (definition: MetricDefinition) => new Gauge({ ...settings(definition), ...observed });

  const touchpoints = counter(DEFINITIONS.touchpoints);
  const rejections = counter(DEFINITIONS.rejected);
  const sourceLabel = sourceLabels();
  const requests = histogram(DEFINITIONS.requests);
  const authenticationFailures = counter(DEFINITIONS.authenticationFailures);
  const announcements = counter(DEFINITIONS.announcements);
  const disconnects = counter(DEFINITIONS.disconnects);
  const deliveryAttempts = counter(DEFINITIONS.attempts);
  const deliverySeconds = histogram(DEFINITIONS.deliverySeconds);
  new Gauge(settings(DEFINITIONS.build)).set({ version, node: process.version }, 1);

  const outcomes = childrenOf(['recorded', 'duplicate', 'conflict', 'rejected'], (outcome) =>
    touchpoints.labels(outcome),
  );
  const attempts = childrenOf(['delivered', 'failed', 'dead'], (outcome) => deliveryAttempts.labels(outcome));
  const departures = childrenOf(['slow', 'closed', 'stopping', 'unauthorized', 'failed'], (reason) =>
    disconnects.labels(reason),
  );
  const failures = childrenOf(['missing', 'invalid', 'unavailable'], (reason) => authenticationFailures.labels(reason));
  // So that rates are there from the first scrape on.
  for (const children of [outcomes, attempts, departures, failures])
    for (const child of Object.values(children)) child.inc(0);

  const gauges = {
    lagPositions: readGauge(DEFINITIONS.lagPositions),
    lagSeconds: readGauge(DEFINITIONS.lagSeconds),
    parkedCustomers: readGauge(DEFINITIONS.parked),
    sseSubscribers: readGauge(DEFINITIONS.subscribers),
    webhookWaiting: readGauge(DEFINITIONS.webhookWaiting),
    webhookDeadLetters: readGauge(DEFINITIONS.deadLetters),
    logEvents: readGauge(DEFINITIONS.logEvents),
  } satisfies Partial<Record<keyof EngineGauges, Gauge>>;
  const disk = {
    freeBytes: readGauge(DEFINITIONS.diskFree),
    sizeBytes: readGauge(DEFINITIONS.diskSize),
  };
  const files = readGauge(DEFINITIONS.files);
  const totals = {
    projectedTouchpoints: readCounter(DEFINITIONS.projected),
    lateTouchpoints: readCounter(DEFINITIONS.late),
    decisions: readCounter(DEFINITIONS.decisions),
  } satisfies Partial<Record<keyof EngineGauges, Counter>>;
  const subscriptions = readGauge(DEFINITIONS.subscriptions);

  const forget = (): void => {
    for (const gauge of [...Object.values(gauges), ...Object.values(disk)]) gauge.remove();
    subscriptions.reset();
    files.reset();
  };
  const showDisk = (seen: EngineGauges['disk']): void => {
    files.reset();
    for (const gauge of Object.values(disk)) gauge.remove();
    if (seen === undefined) return;
    for (const [file, bytes] of seen.files) files.set({ file }, bytes);
    for (const [name, gauge] of Object.entries(disk)) gauge.set(seen[name as keyof typeof disk]);
  };
  const show = (seen: EngineGauges): void => {
    for (const [name, gauge] of Object.entries(gauges)) gauge.set(seen[name as keyof typeof gauges]);
    for (const [name, total] of Object.entries(totals)) {
      total.reset();
      total.inc(seen[name as keyof typeof totals]);
    }
    for (const [status, count] of Object.entries(seen.webhookSubscriptions)) subscriptions.set({ status }, count);
    showDisk(seen.disk);
  };
  forget();

  if (processMetrics) {
    collectDefaultMetrics({ register: registry });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }

  return {
    registry,
    touchpoints: (outcome, count) => outcomes[outcome].inc(count),
    rejected: (source, reason) => rejections.inc({ source: sourceLabel(source), reason }),
    request: ({ method, route, status }, seconds) => requests.observe({ method, route, status }, seconds),
    authenticationFailed: (reason) => failures[reason].inc(),
    announced: (kind, channel, count) => announcements.inc({ kind, channel }, count),
    delivery: (outcome, seconds) => {
      attempts[outcome].inc();
      if (outcome === 'delivered') deliverySeconds.observe(seconds);
    },
    subscriberDisconnected: (reason) => departures[reason].inc(),
    observe: (source) => {
      let asking: Promise<void> | undefined;
      // A scrape collects each metric by itself: all of them share one look at the engine.
      refresh = () => {
        asking ??= source()
          .then(show, (error: unknown) => {
            forget();
            onObserveFailure?.(error);
          })
          .finally(() => {
            asking = undefined;
          });
        return asking;
      };
    },
  };
};

/** Senders name their sources as they like; each name is a series that every scrape carries from then on. */
const MOST_SOURCES = 50;
const LONGEST_SOURCE = 64;

const sourceLabels = (): ((source: string | undefined) => string) => {
  const known = new Set<string>();
  return (source) => {
    if (source === undefined) return 'unknown';
    if (known.has(source)) return source;
    if (known.size >= MOST_SOURCES || source.length > LONGEST_SOURCE) return 'other';
    known.add(source);
    return source;
  };
};

const childrenOf = <const Name extends string, Child>(
  names: readonly Name[],
  of: (name: Name) => Child,
): Readonly<Record<Name, Child>> => Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Child>;
