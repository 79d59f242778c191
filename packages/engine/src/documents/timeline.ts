import {
  compareTouchpoints,
  type Evaluation,
  formatInstant,
  type SettledPromise,
  type SignalChange,
  type StageChange,
  type Touchpoint,
} from '@rapport/domain';
import { changeEvent } from '../announcement/change-event';
import type { RecordedDecision } from '../decisions';
import { instantText } from './subject';

/** One line of a life: what happened, or what followed from it. Instants in milliseconds. */
export type TimelineEntry = {
  readonly at: number;
  /** When it was recorded; absent for what is computed and was never recorded. */
  readonly recordedAt?: number;
} & (
  | { readonly kind: 'touchpoint'; readonly touchpoint: Touchpoint }
  | { readonly kind: 'stage'; readonly change: StageChange }
  | { readonly kind: 'signal'; readonly change: SignalChange }
  | { readonly kind: 'promise'; readonly broken: SettledPromise }
  /** Decided once; history has changed since. */
  | { readonly kind: 'superseded'; readonly decision: RecordedDecision }
);

/** Within one instant: what happened before what followed. */
const RANKS: Readonly<Record<TimelineEntry['kind'], number>> = {
  touchpoint: 0,
  stage: 1,
  signal: 2,
  promise: 3,
  superseded: 4,
};

const sameDecision = (decision: RecordedDecision, change: StageChange | SignalChange): boolean =>
  decision.effectiveAt === change.at &&
  (decision.kind === 'stageChanged'
    ? 'to' in change && decision.to === change.to
    : 'signal' in change && decision.signal === change.signal && (decision.kind === 'signalRaised') === change.raised);

/**
 * Touchpoints, and what history makes of them now, with the decisions that were recorded; in order of time, not of
 * arrival.
 *
 * @param touchpoints, decisions those of the evaluation's view: what it must not know is to be left out
 */
export const timelineOf = (
  evaluation: Evaluation,
  touchpoints: readonly Touchpoint[],
  decisions: readonly RecordedDecision[],
): readonly TimelineEntry[] => {
  const used = new Set<RecordedDecision>();
  const recordedAt = (change: StageChange | SignalChange): { readonly recordedAt?: number } => {
    const decision = decisions.find((one) => !used.has(one) && sameDecision(one, change));
    if (decision === undefined) return {};
    used.add(decision);
    return { recordedAt: decision.recordedAt };
  };
  const entries: readonly TimelineEntry[] = [
    ...[...touchpoints].sort(compareTouchpoints).map(
      (touchpoint): TimelineEntry => ({
        kind: 'touchpoint',
        at: touchpoint.occurredAt,
        recordedAt: touchpoint.recordedAt,
        touchpoint,
      }),
    ),
    ...evaluation.history.map(
      (change): TimelineEntry => ({ kind: 'stage', at: change.at, ...recordedAt(change), change }),
    ),
    ...evaluation.signals.map(
      (change): TimelineEntry => ({ kind: 'signal', at: change.at, ...recordedAt(change), change }),
    ),
    ...evaluation.settledPromises
      .filter(({ outcome }) => outcome === 'broken')
      .map((broken): TimelineEntry => ({ kind: 'promise', at: broken.at, broken })),
    ...decisions
      .filter((decision) => !used.has(decision))
      .map(
        (decision): TimelineEntry => ({
          kind: 'superseded',
          at: decision.effectiveAt,
          recordedAt: decision.recordedAt,
          decision,
        }),
      ),
  ];
  return [...entries].sort((a, b) => a.at - b.at || RANKS[a.kind] - RANKS[b.kind]);
};

const detailsOf = (entry: TimelineEntry): Readonly<Record<string, unknown>> => {
  switch (entry.kind) {
    case 'touchpoint': {
      const { type, source, id, staff, correlationId, customer, data } = entry.touchpoint;
      return { type, source, id, customer, staff, correlationId, data };
    }
    case 'stage': {
      const { from, to, cause, touchpoint, because } = entry.change;
      return { from, to, cause, touchpoint, because };
    }
    case 'signal': {
      const { signal, raised, cause, touchpoint } = entry.change;
      return { signal, raised, cause, touchpoint };
    }
    case 'promise':
      return { promise: entry.broken.id, key: entry.broken.key, outcome: 'broken' };
    case 'superseded':
      return { decided: changeEvent(entry.decision), superseded: true };
  }
};

/**
 * An entry as `timeline --json` and `GET /v1/customers/{id}/timeline` give it: instants in RFC 3339. A superseded
 * decision has the kind of what it decided.
 */
export const timelineEntryDocument = (entry: TimelineEntry) => ({
  kind:
    entry.kind !== 'superseded'
      ? entry.kind
      : entry.decision.kind === 'stageChanged'
        ? ('stage' as const)
        : ('signal' as const),
  occurredAt: formatInstant(entry.at),
  recordedAt: instantText(entry.recordedAt),
  ...detailsOf(entry),
});
