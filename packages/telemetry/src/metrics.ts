import type { Registry } from 'prom-client';

/** Every metric there is, each with what may be done to it. Names and help are in `definitions.ts`. */
export interface Metrics {
  readonly registry: Registry;
  touchpoints(outcome: 'recorded' | 'duplicate' | 'conflict' | 'rejected', count: number): void;
  /** @param source undefined if unknown */
  rejected(source: string | undefined, reason: string): void;
  request(labels: { readonly method: string; readonly route: string; readonly status: number }, seconds: number): void;
  authenticationFailed(reason: 'missing' | 'invalid' | 'unavailable'): void;
  announced(kind: string, channel: 'sse' | 'pull' | 'webhook', count: number): void;
  /** `seconds` from recording the decision to the end of the attempt. */
  delivery(outcome: 'delivered' | 'failed' | 'dead', seconds: number): void;
  /** `closed` by the reader; the others are what a stream says when the engine ends it. */
  subscriberDisconnected(reason: 'slow' | 'closed' | 'stopping' | 'unauthorized' | 'failed'): void;
  /** Asked at every scrape: gauges that are read off the engine. */
  observe(source: () => Promise<EngineGauges>): void;
}

export interface EngineGauges {
  readonly lagPositions: number;
  readonly lagSeconds: number;
  readonly projectedTouchpoints: number;
  readonly lateTouchpoints: number;
  readonly decisions: number;
  readonly parkedCustomers: number;
  readonly sseSubscribers: number;
  readonly webhookSubscriptions: Readonly<Record<'active' | 'paused' | 'disabled', number>>;
  readonly webhookWaiting: number;
  readonly webhookDeadLetters: number;
  readonly logEvents: number;
  /** Undefined where it could not be looked at. */
  readonly disk: DiskUsage | undefined;
}

/** What a data directory takes of its disk, in bytes. */
export interface DiskUsage {
  /** By what they belong to: `events.sqlite`, `events.sqlite-wal`, `rulesets`. */
  readonly files: ReadonlyMap<string, number>;
  /** Left on its file system for this user. */
  readonly freeBytes: number;
  /** Of its file system. */
  readonly sizeBytes: number;
}
