import { type DecidingCondition, formatInstant, OWN_SOURCE, type TouchpointIdentity } from '@rapport/domain';
import type { DecisionCause, RecordedDecision, RulesetName } from '../decisions';

interface ChangeData {
  readonly cause: DecisionCause;
  readonly touchpoint?: TouchpointIdentity;
  readonly ruleset: RulesetName;
  /** 1, 2, 3 ... per customer over all changes; a gap is a change that was not asked for. */
  readonly sequence: number;
}

interface Envelope {
  readonly specversion: '1.0';
  /** Derived from what was decided: the same change always has the same id. */
  readonly id: string;
  readonly source: typeof OWN_SOURCE;
  /** The customer. */
  readonly subject: string;
  /** When it became true. */
  readonly time: string;
  /** When it was decided. */
  readonly recordedtime: string;
  readonly datacontenttype: 'application/json';
}

/** A stage change or signal as subscribers receive it: a CloudEvent 1.0, the same over stream, pull and webhook. */
export type ChangeEvent = Envelope &
  (
    | {
        readonly type: 'relationship.stageChanged.v1';
        readonly data: ChangeData & {
          /** Null for the first touchpoint ever. */
          readonly from: string | null;
          readonly to: string;
          readonly direction: 'up' | 'down';
          /** The conditions that decided, with their values. */
          readonly because: readonly DecidingCondition[];
          /** Scores, 0 to 100. */
          readonly factors: Readonly<Record<string, number>>;
          readonly signals: readonly string[];
        };
      }
    | {
        readonly type: 'relationship.signalRaised.v1' | 'relationship.signalCleared.v1';
        readonly data: ChangeData & { readonly signal: string };
      }
  );

/** A recorded decision as the event that is announced. */
export const changeEvent = (decision: RecordedDecision): ChangeEvent => {
  const { id, customer, effectiveAt, recordedAt, cause, touchpoint, ruleset, sequence } = decision;
  const envelope = {
    specversion: '1.0',
    id,
    source: OWN_SOURCE,
    type: `relationship.${decision.kind}.v1`,
    subject: customer,
    time: formatInstant(effectiveAt),
    recordedtime: formatInstant(recordedAt),
    datacontenttype: 'application/json',
  };
  const base = { cause, ...(touchpoint === undefined ? undefined : { touchpoint }), ruleset };
  if (decision.kind !== 'stageChanged')
    return { ...envelope, data: { signal: decision.signal, ...base, sequence } } as ChangeEvent;
  const { from, to, direction, because, factors, signals } = decision;
  return { ...envelope, data: { from, to, direction, ...base, because, factors, signals, sequence } } as ChangeEvent;
};
