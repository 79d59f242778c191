import {
  directionOf,
  MODEL_VERSION,
  type SignalChange,
  type StageChange,
  type TouchpointIdentity,
} from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import type { ReasonedChange } from '../fold/history-fold';
import type { Decision, DecisionBase, RulesetName } from './decision';

/**
 * A change of the past that was folded already: a late touchpoint, one that unites or parts histories, other rules, or a
 * clock that was set back, so that part of the past lies ahead again.
 */
export type ChangedPast =
  | { readonly cause: 'late' | 'merge'; readonly touchpoint: TouchpointIdentity }
  | { readonly cause: 'ruleset' | 'time'; readonly touchpoint?: undefined };

/** The changes that a fold saw since the last decision about a customer. */
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

/** The decisions for these changes: in order of time, a stage before the signals of its instant. */
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
