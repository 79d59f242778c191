import type { Access } from '@rapport/access';
import type { Catalogue, CrossSell, DecodedTouchpoint, Program, Ruleset } from '@rapport/domain';
import type { ChangeFeed, Clock, LiveStatus, Publisher, RecordOutcome, RulesetHistory } from '@rapport/engine';
import type { EventLog, Position } from '@rapport/event-log';
import type { Webhooks } from '@rapport/messaging';
import type { ReadModel } from '@rapport/read-model';
import type { Rejections } from '@rapport/rejections';
import type { Telemetry } from '@rapport/telemetry';

/** The engine behind the HTTP interface. `services/engine` wires the real one; tests may wire their own. */
export interface ApiEngine {
  readonly log: EventLog;
  readonly catalogue: Catalogue;
  /** Records touchpoints durably, in one commit with whatever else waits; an outcome for each in its place. */
  record(touchpoints: readonly DecodedTouchpoint[]): Promise<readonly RecordOutcome[]>;
  /** The ruleset in force, compiled. May be another one at the next call. */
  rules(): { readonly program: Program; readonly ruleset: Ruleset; readonly hash: string };
  /** The history of rulesets in force, as the log has it. */
  readonly rulesetHistory: RulesetHistory;
  /** Open for reading. May be another one at the next call, after a rebuild. */
  readModel(): ReadModel;
  /** Undefined while there is no projection to answer from. */
  crossSell(): Promise<CrossSell | undefined>;
  readonly feed: ChangeFeed;
  readonly webhooks: Webhooks;
  readonly access: Access;
  /** The store of refusals of intake. */
  readonly rejections: Rejections;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** The "now" of questions without an instant: the clock's, except in a demo whose clock stands still. */
  now(): number;
  projection(): LiveStatus;
  whenCaughtUp(position: Position): Promise<void>;
  retryParked(): Promise<readonly string[]>;
  /** Puts a ruleset in force; `announce` records, for announcement, what differs for each customer. */
  publishRuleset(
    ruleset: Ruleset,
    options: { readonly announce: boolean; readonly by: Publisher },
  ): Promise<{ readonly hash: string; readonly changed: number; readonly announced: number }>;
  /** Empty when requests can be served; else why not, in words. */
  notReady(): readonly string[];
}

export interface ApiOptions {
  readonly limits: {
    /** Bytes of a body that is not a stream, after decompression. */
    readonly body: number;
    /** Bytes of one touchpoint. */
    readonly item: number;
    /** Requests per minute and key; 0 for no limit. */
    readonly requestsPerMinute: number;
    /** Streams of each kind, of touchpoints and of stage changes, that one key may have open; 0 for any number. */
    readonly streamsPerKey: number;
  };
  readonly sse: {
    readonly heartbeatMilliseconds: number;
    /** Bytes that may wait unsent for a reader, at most 65,536; later changes wait in the log. */
    readonly slowReaderBytes: number;
    /** Milliseconds after which a reader that has not taken them is disconnected; 30,000 when absent. */
    readonly patienceMilliseconds?: number;
  };
  readonly timeouts?: {
    /** Milliseconds in which a body that is not a stream must arrive; 60,000 when absent. */
    readonly bodyMilliseconds?: number;
    /** Milliseconds of silence after which a stream of touchpoints is ended; 300,000 when absent. */
    readonly idleStreamMilliseconds?: number;
  };
  /** Serves HTTPS: private key and certificate chain, both PEM. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /**
   * Addresses and CIDR ranges of proxies whose `X-Forwarded-*` are believed. None when absent, nor where no keys
   * are asked for: a page in a browser can send such headers too.
   */
  readonly trustedProxies?: readonly string[];
  /** Whether keys are asked for; false only for tests and for `--no-auth` on loopback. */
  readonly authentication: boolean;
  /** Origins whose pages may send touchpoints, such as `https://shop.example`; none when absent. */
  readonly allowedOrigins?: readonly string[];
  /** Whether Segment's `identify` merges who was anonymous into the user; false when absent. */
  readonly mergeOnIdentify?: boolean;
}
