/** Every metric there is. The registry, the reference page and the checks of dashboard and alerts follow from here. */
export type MetricKind = 'counter' | 'gauge' | 'histogram' | 'summary';

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: readonly string[];
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
  readonly help: string;
}

const define = <const T extends Readonly<Record<string, MetricDefinition>>>(definitions: T): T => definitions;

/** What Rapport says of its own work. Base units: seconds, and counts of what the name says. */
export const DEFINITIONS = define({
  touchpoints: {
    name: 'rapport_touchpoints_total',
    kind: 'counter',
    labels: ['outcome'],
    help: 'Touchpoints that were answered, by outcome: recorded, duplicate, conflict or rejected.',
  },
  rejected: {
    name: 'rapport_rejected_touchpoints_total',
    kind: 'counter',
    labels: ['source', 'reason'],
    help: 'Touchpoints, and unreadable requests, that intake refused for their content or their sender, by source and reason. Source is unknown if it could not be read, other beyond the first fifty. "rapport rejections" shows them.',
  },
  requests: {
    name: 'rapport_http_request_duration_seconds',
    kind: 'histogram',
    labels: ['method', 'route', 'status'],
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    help: 'From the arrival of a request to its answer, by route (with its placeholders) and status.',
  },
  authenticationFailures: {
    name: 'rapport_authentication_failures_total',
    kind: 'counter',
    labels: ['reason'],
    help: 'Requests refused because their sender is unknown, by reason: missing (no key or token), invalid, or unavailable (the issuer of tokens cannot be reached).',
  },
  lagPositions: {
    name: 'rapport_projection_lag_positions',
    kind: 'gauge',
    labels: [],
    help: 'Events of the log that are not yet in the read model.',
  },
  lagSeconds: {
    name: 'rapport_projection_lag_seconds',
    kind: 'gauge',
    labels: [],
    help: 'Age of the oldest touchpoint that was recorded and is not yet in the read model; 0 when there is none.',
  },
  projected: {
    name: 'rapport_projected_touchpoints_total',
    kind: 'counter',
    labels: [],
    help: 'Touchpoints that were folded into relationships since the start.',
  },
  late: {
    name: 'rapport_late_touchpoints_total',
    kind: 'counter',
    labels: [],
    help: 'Touchpoints that occurred before what their customer was already folded up to, so that history was folded again.',
  },
  decisions: {
    name: 'rapport_decisions_total',
    kind: 'counter',
    labels: [],
    help: 'Changes of stage or signal that were decided and recorded.',
  },
  parked: {
    name: 'rapport_parked_customers',
    kind: 'gauge',
    labels: [],
    help: 'Customers whose touchpoints cannot be folded; "rapport parked" says why.',
  },
  announcements: {
    name: 'rapport_announcements_total',
    kind: 'counter',
    labels: ['kind', 'channel'],
    help: 'Changes that were sent, by kind (stageChanged, signalRaised, signalCleared) and channel (sse, pull, webhook).',
  },
  subscribers: {
    name: 'rapport_sse_subscribers',
    kind: 'gauge',
    labels: [],
    help: 'Readers of the stream of stage changes that are connected.',
  },
  disconnects: {
    name: 'rapport_sse_disconnects_total',
    kind: 'counter',
    labels: ['reason'],
    help: 'Readers that went, by reason: closed (by the reader), slow, stopping, unauthorized or failed (as the stream told it; all can resume).',
  },
  attempts: {
    name: 'rapport_webhook_attempts_total',
    kind: 'counter',
    labels: ['outcome'],
    help: 'Attempts to deliver by webhook, by outcome: delivered, failed (to be tried again) or dead (given up).',
  },
  deliverySeconds: {
    name: 'rapport_webhook_delivery_duration_seconds',
    kind: 'histogram',
    labels: [],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86_400],
    help: 'From the recording of a change to the end of the attempt that delivered it, waiting and retries included.',
  },
  webhookWaiting: {
    name: 'rapport_webhook_waiting',
    kind: 'gauge',
    labels: [],
    help: 'Deliveries that wait for their first or next attempt.',
  },
  deadLetters: {
    name: 'rapport_webhook_dead_letters',
    kind: 'gauge',
    labels: [],
    help: 'Deliveries that were given up and can be redelivered.',
  },
  subscriptions: {
    name: 'rapport_webhook_subscriptions',
    kind: 'gauge',
    labels: ['status'],
    help: 'Webhook subscriptions, by status: active, paused (by their owner) or disabled (by Rapport).',
  },
  logEvents: {
    name: 'rapport_log_events',
    kind: 'gauge',
    labels: [],
    help: 'Events in the log: touchpoints, decisions and notes.',
  },
  files: {
    name: 'rapport_data_file_bytes',
    kind: 'gauge',
    labels: ['file'],
    help: 'Size of what lies in the data directory, by store (its -wal apart, replaced read models with it), rulesets, and other.',
  },
  diskFree: {
    name: 'rapport_data_filesystem_avail_bytes',
    kind: 'gauge',
    labels: [],
    help: 'Room left for this user on the file system of the data directory.',
  },
  diskSize: {
    name: 'rapport_data_filesystem_size_bytes',
    kind: 'gauge',
    labels: [],
    help: 'Size of the file system of the data directory.',
  },
  build: {
    name: 'rapport_build_info',
    kind: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the version of Rapport and of Node.js in the labels.',
  },
});

/**
 * Gauges of prom-client whose names end as only those of counters may (promtool warns of them). What they say is in the
 * metrics of the same name without `_total`, by type.
 */
export const MISNAMED: readonly string[] = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What prom-client says of the process and that dashboard and alerts rely on. It has more; `/metrics` lists all. */
export const PROCESS_DEFINITIONS: readonly MetricDefinition[] = [
  ...(['p50', 'p90', 'p99'] as const).map((quantile) => ({
    name: `nodejs_eventloop_lag_${quantile}_seconds`,
    kind: 'gauge' as const,
    labels: [],
    help: `Delay of the event loop since the last scrape, ${quantile}.`,
  })),
  {
    name: 'nodejs_eventloop_lag_max_seconds',
    kind: 'gauge',
    labels: [],
    help: 'Longest delay of the event loop since the last scrape.',
  },
  { name: 'nodejs_heap_size_used_bytes', kind: 'gauge', labels: [], help: 'Heap of the main thread in use.' },
  { name: 'nodejs_heap_size_total_bytes', kind: 'gauge', labels: [], help: 'Heap of the main thread.' },
  {
    name: 'nodejs_external_memory_bytes',
    kind: 'gauge',
    labels: [],
    help: 'Memory outside the heap, such as buffers.',
  },
  {
    name: 'nodejs_gc_duration_seconds',
    kind: 'histogram',
    labels: ['kind'],
    help: 'Pauses of garbage collection on the main thread, by kind.',
  },
  { name: 'process_resident_memory_bytes', kind: 'gauge', labels: [], help: 'Resident memory of the process.' },
  { name: 'process_cpu_seconds_total', kind: 'counter', labels: [], help: 'Processor time of all threads.' },
  { name: 'process_open_fds', kind: 'gauge', labels: [], help: 'Open files and sockets (Linux).' },
  { name: 'process_max_fds', kind: 'gauge', labels: [], help: 'How many may be open (Linux).' },
  { name: 'process_start_time_seconds', kind: 'gauge', labels: [], help: 'When the process was started, Unix time.' },
];
