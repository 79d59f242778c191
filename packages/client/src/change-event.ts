/** A stage change or signal as Rapport announces it: the same over SSE, pull and webhooks. */

export type ChangeCause =
  /** Something happened. */
  | 'touchpoint'
  /** Time passed. */
  | 'time'
  /** Something was learned late, and the past looks otherwise since. */
  | 'late'
  /** Two customers turned out to be one, or one to be two. */
  | 'merge'
  /** The rules were changed. */
  | 'ruleset';

/** A condition that decided, with the value it saw. */
export interface DecidingCondition {
  readonly subject: 'metric' | 'factor' | 'confidence' | 'stage' | 'consent';
  /** Id of the metric or factor; the stage or purpose. */
  readonly id: string;
  readonly comparison: 'atLeast' | 'above' | 'atMost' | 'below' | 'is';
  /** Absent for stages and consents. */
  readonly threshold?: number;
  /** A number (null: infinite), a stage, or whether consent stood. */
  readonly value: number | string | boolean | null;
  readonly holds: boolean;
}

interface ChangeData {
  readonly cause: ChangeCause;
  /** The one that decided; absent where time or rules did. */
  readonly touchpoint?: { readonly source: string; readonly id: string };
  readonly ruleset: { readonly name: string; readonly version: number; readonly hash: string };
  /** 1, 2, 3 ... per customer over all changes; a gap is a change that was not asked for. */
  readonly sequence: number;
}

/** The fields that every CloudEvent of Rapport carries. Instants are RFC 3339 in UTC. */
interface Envelope {
  readonly specversion: '1.0';
  /** Derived from what was decided: the same change always has the same id. */
  readonly id: string;
  readonly source: 'rapport';
  /** The customer. */
  readonly subject: string;
  /** When it became true. */
  readonly time: string;
  /** When it was decided. */
  readonly recordedtime: string;
  readonly datacontenttype: 'application/json';
}

export interface StageChanged extends Envelope {
  readonly type: 'relationship.stageChanged.v1';
  readonly data: ChangeData & {
    /** Null for the first touchpoint ever. */
    readonly from: string | null;
    readonly to: string;
    readonly direction: 'up' | 'down';
    readonly because: readonly DecidingCondition[];
    /** Scores, 0 to 100, by factor. */
    readonly factors: Readonly<Record<string, number>>;
    /** Raised when the stage changed. */
    readonly signals: readonly string[];
  };
}

export interface SignalRaised extends Envelope {
  readonly type: 'relationship.signalRaised.v1';
  readonly data: ChangeData & { readonly signal: string };
}

export interface SignalCleared extends Envelope {
  readonly type: 'relationship.signalCleared.v1';
  readonly data: ChangeData & { readonly signal: string };
}

/**
 * @example
 * switch (event.type) {
 *   case 'relationship.stageChanged.v1': return moved(event.subject, event.data.to);
 *   case 'relationship.signalRaised.v1': return raised(event.subject, event.data.signal);
 *   case 'relationship.signalCleared.v1': return cleared(event.subject, event.data.signal);
 * }
 */
export type ChangeEvent = StageChanged | SignalRaised | SignalCleared;

/** The event that a test of a webhook subscription sends: no customer has changed. Answer it as any other event. */
export interface TestEvent extends Omit<Envelope, 'subject' | 'recordedtime'> {
  readonly type: 'rapport.test.v1';
  readonly data: { readonly subscription: string; readonly message: string };
}

/** A change and its place in the log: after dealing with it, go on after its cursor. Cursors are opaque. */
export interface Change {
  readonly cursor: string;
  readonly event: ChangeEvent;
}

/** The changes that are wanted. Every list that is given must contain the value of the change. */
export interface ChangeFilter {
  /** `stageChanged` alone when absent; the signal kinds alone where only `signals` is given. */
  readonly kinds?: readonly ('stageChanged' | 'signalRaised' | 'signalCleared')[];
  /** The stage arrived at. */
  readonly stages?: readonly string[];
  readonly directions?: readonly ('up' | 'down')[];
  readonly signals?: readonly string[];
  /** `touchpoint`, `time` and `late` when absent. */
  readonly causes?: readonly ChangeCause[];
}

export const CHANGE_TYPES: readonly ChangeEvent['type'][] = [
  'relationship.stageChanged.v1',
  'relationship.signalRaised.v1',
  'relationship.signalCleared.v1',
];

/** Whether a document is an event of this contract, as far as the fields say that tell one event from another. */
export const isChangeEvent = (document: unknown): document is ChangeEvent => {
  if (typeof document !== 'object' || document === null) return false;
  const { id, type, subject, data } = document as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    (CHANGE_TYPES as readonly unknown[]).includes(type) &&
    typeof subject === 'string' &&
    typeof data === 'object' &&
    data !== null &&
    typeof (data as Record<string, unknown>).sequence === 'number'
  );
};

export const isTestEvent = (document: unknown): document is TestEvent =>
  typeof document === 'object' && document !== null && (document as TestEvent).type === 'rapport.test.v1';
