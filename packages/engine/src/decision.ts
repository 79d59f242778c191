import { createHash } from 'node:crypto';
import {
  type DecidingCondition,
  directionOf,
  formatInstant,
  type Json,
  type JsonObject,
  MODEL_VERSION,
  OWN_SOURCE,
  type Ruleset,
  type SignalChange,
  type StageChange,
  type TouchpointIdentity,
} from '@rapport/domain';
import type { NewEvent, Position, RecordedEvent } from '@rapport/event-log';
import type { ReasonedChange } from './history-fold';

export interface RulesetName {
  readonly name: string;
  readonly version: number;
  readonly hash: string;
}

/** What a decision says of the ruleset it was taken under; `hash` is that of its canonical JSON. */
export const rulesetName = (ruleset: Ruleset, hash: string): RulesetName => ({
  name: ruleset.ruleset,
  version: ruleset.version,
  hash,
});

/** Why a decision was taken: an event, time, late news, histories united or parted, or other rules. */
export type DecisionCause = 'touchpoint' | 'time' | 'late' | 'merge' | 'ruleset';

interface DecisionBase {
  readonly customer: string;
  /** When it became true. */
  readonly effectiveAt: number;
  readonly cause: DecisionCause;
  readonly touchpoint?: TouchpointIdentity;
  readonly ruleset: RulesetName;
  /** The version of the model that decided; those recorded without one were taken by version 1. */
  readonly model: number;
  /** 1, 2, 3 ... per customer, over all decisions about them. */
  readonly sequence: number;
  /** The fold that decided had seen the log up to here, and time up to `asOf`: enough to compute it again. */
  readonly foldedUpTo: Position;
  readonly asOf: number;
  /** Merges that occurred later did not count; absent for a customer who has nothing to do with any. */
  readonly mergesAsOf?: number;
}

export type Decision =
  | (DecisionBase & {
      readonly kind: 'stageChanged';
      readonly from: string | null;
      readonly to: string;
      readonly direction: 'up' | 'down';
      readonly because: readonly DecidingCondition[];
      /** Scores, 0 to 100, at `asOf`. */
      readonly factors: Readonly<Record<string, number>>;
      /** Raised at `asOf`. */
      readonly signals: readonly string[];
    })
  | (DecisionBase & { readonly kind: 'signalRaised' | 'signalCleared'; readonly signal: string });

/** A decision as an event of the customer's relationship stream; its id follows from what it decides. */
export const decisionEvent = (decision: Decision): NewEvent => {
  const { kind, customer, effectiveAt, ruleset, sequence, ...rest } = decision;
  const what = 'signal' in decision ? decision.signal : `${decision.from}>${decision.to}`;
  const id = createHash('sha256')
    .update(JSON.stringify([customer, ruleset.hash, sequence, kind, what, effectiveAt]))
    .digest('hex')
    .slice(0, 32);
  const asOf = formatInstant(rest.asOf);
  const mergesAsOf = rest.mergesAsOf === undefined ? undefined : formatInstant(rest.mergesAsOf);
  const data = { ...rest, asOf, mergesAsOf, ruleset, sequence } as unknown as Record<string, Json>;
  // What is absent is not written.
  for (const key of Object.keys(data)) if (data[key] === undefined) delete data[key];
  return { source: OWN_SOURCE, id, type: `relationship.${kind}`, version: 1, occurredAt: effectiveAt, data };
};

/** A decision as it was recorded. */
export type RecordedDecision = Decision & {
  readonly id: string;
  readonly recordedAt: number;
  readonly position: Position;
};

/** The types decisions have in the log. */
export const DECISION_TYPES = [
  'relationship.stageChanged',
  'relationship.signalRaised',
  'relationship.signalCleared',
] as const;

const KINDS: ReadonlySet<string> = new Set(DECISION_TYPES);

/** Undefined for an event that is not a decision. */
export const decisionOf = (
  event: Pick<RecordedEvent, 'type' | 'id' | 'occurredAt' | 'recordedAt' | 'data'> & { readonly position?: Position },
  customer: string,
): RecordedDecision | undefined => {
  if (!KINDS.has(event.type)) return undefined;
  const data = event.data as JsonObject;
  return {
    ...(data as unknown as Decision),
    model: data.model ?? 1,
    kind: event.type.slice('relationship.'.length),
    asOf: Date.parse(data.asOf as string),
    ...(data.mergesAsOf === undefined ? undefined : { mergesAsOf: Date.parse(data.mergesAsOf as string) }),
    customer,
    effectiveAt: event.occurredAt,
    id: event.id,
    recordedAt: event.recordedAt,
    position: event.position,
  } as RecordedDecision;
};

/**
 * What changes a past that was folded already: a late touchpoint, one that unites or parts histories, other rules, or a
 * clock that was set back, so that it lies ahead again.
 */
export type ChangedPast =
  | { readonly cause: 'late' | 'merge'; readonly touchpoint: TouchpointIdentity }
  | { readonly cause: 'ruleset' | 'time'; readonly touchpoint?: undefined };

/** What a fold went through since the last decision about a customer. */
export interface Undecided {
  readonly customer: string;
  readonly ruleset: RulesetName;
  readonly foldedUpTo: Position;
  readonly mergesAsOf?: number;
  /** Ids of stages from the first to the last. */
  readonly ladder: readonly string[];
  readonly stages: readonly ReasonedChange[];
  readonly signals: readonly SignalChange[];
  /** Signals raised before these changes. */
  readonly raised: readonly string[];
  /** Of the last decision before these. */
  readonly sequence: number;
  /** Set when the past was changed: how, and the touchpoint that did it. */
  readonly past?: ChangedPast;
  /** The instant that the fold stands at, where the whole was folded; that of each change when absent. */
  readonly asOf?: number;
}

/** The decisions that changes stand for: in order of time, a stage before the signals of its instant. */
export const decisionsFor = (undecided: Undecided): readonly Decision[] => {
  const { customer, ruleset, foldedUpTo, mergesAsOf, ladder, stages, signals, sequence, past, asOf } = undecided;
  const raised = new Set(undecided.raised);
  let next = sequence;
  const base = ({ at, cause, touchpoint }: StageChange | SignalChange): DecisionBase => ({
    customer,
    effectiveAt: at,
    cause: past?.cause ?? cause,
    touchpoint: past?.touchpoint ?? touchpoint,
    ruleset,
    model: MODEL_VERSION,
    sequence: ++next,
    foldedUpTo,
    asOf: asOf ?? at,
    ...(mergesAsOf === undefined ? undefined : { mergesAsOf }),
  });
  return [...stages, ...signals]
    .sort((a, b) => a.at - b.at)
    .map((change): Decision => {
      if ('signal' in change) {
        if (change.raised) raised.add(change.signal);
        else raised.delete(change.signal);
        return { ...base(change), kind: change.raised ? 'signalRaised' : 'signalCleared', signal: change.signal };
      }
      const { from, to, because, factors } = change;
      return {
        ...base(change),
        kind: 'stageChanged',
        from,
        to,
        direction: directionOf(ladder, from, to),
        because,
        factors,
        signals: [...raised],
      };
    });
};
