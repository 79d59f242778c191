import type { DecisionCause, RecordedDecision } from '../decision';
import type { ChangeKind } from './change-event';

/** Which changes a subscriber wants. Every list that is given must contain the change's value. */
export interface ChangeFilter {
  /** `stageChanged` alone when absent; the signal kinds alone where only `signals` is given. */
  readonly kinds?: readonly ChangeKind[];
  /** The stage arrived at. Restricts stage changes only. */
  readonly stages?: readonly string[];
  /** Restricts stage changes only. */
  readonly directions?: readonly ('up' | 'down')[];
  /** Restricts signals only. */
  readonly signals?: readonly string[];
  /** `touchpoint`, `time` and `late` when absent: what merges and new rulesets change is told only to who asks. */
  readonly causes?: readonly DecisionCause[];
}

export const DEFAULT_CAUSES: readonly DecisionCause[] = ['touchpoint', 'time', 'late'];

const kindsOf = ({ kinds, signals, stages, directions }: ChangeFilter): readonly ChangeKind[] => {
  if (kinds !== undefined) return kinds;
  const ofSignals: readonly ChangeKind[] = signals === undefined ? [] : ['signalRaised', 'signalCleared'];
  const ofStages: readonly ChangeKind[] =
    signals === undefined || stages !== undefined || directions !== undefined ? ['stageChanged'] : [];
  return [...ofStages, ...ofSignals];
};

/** A filter made ready to be asked often. */
export const changeMatcher = (filter: ChangeFilter = {}): ((decision: RecordedDecision) => boolean) => {
  const setOf = <T>(values: readonly T[] | undefined) => (values === undefined ? undefined : new Set<unknown>(values));
  const kinds = new Set(kindsOf(filter));
  const causes = new Set(filter.causes ?? DEFAULT_CAUSES);
  const [stages, directions, signals] = [setOf(filter.stages), setOf(filter.directions), setOf(filter.signals)];
  return (decision) => {
    if (!kinds.has(decision.kind) || !causes.has(decision.cause)) return false;
    return decision.kind === 'stageChanged'
      ? (stages?.has(decision.to) ?? true) && (directions?.has(decision.direction) ?? true)
      : (signals?.has(decision.signal) ?? true);
  };
};
