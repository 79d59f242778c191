import type { Fold } from '@rapport/domain';
import { scoresAt } from '../fold/scores';

/** One customer at an instant: the numbers that rules look at, without the reasons. */
export interface RelationshipAt {
  readonly customer: string;
  readonly stage: string;
  readonly since: number;
  /** Scores, 0 to 100, and confidences, 0 to 1, by factor. */
  readonly factors: Readonly<Record<string, number>>;
  readonly confidences: Readonly<Record<string, number>>;
  /** By metric; null where there is no number, such as days since something that never happened. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Ids of those that are raised. */
  readonly signals: readonly string[];
  readonly openPromises: number;
  readonly openComplaints: number;
  readonly touchpoints: number;
  readonly firstTouchpointAt: number;
  readonly lastTouchpointAt: number;
}

/** The relationship that a fold holds, at the instant it was brought to. The fold must have a stage. */
export const relationshipAt = (customer: string, fold: Fold, asOf: number): RelationshipAt => {
  const { program } = fold;
  return {
    customer,
    stage: program.stages[fold.stage]!.id,
    since: fold.since,
    factors: scoresAt(fold, asOf),
    confidences: Object.fromEntries(program.factors.map(({ id }, i) => [id, fold.factors[i]!.confidenceAt(asOf)])),
    metrics: Object.fromEntries(
      program.metricIds.map((id, i) => {
        const value = fold.metrics[i]!.value(asOf);
        return [id, Number.isFinite(value) ? value : null];
      }),
    ),
    signals: fold.raisedSignals().map(({ id }) => id),
    openPromises: fold.promises.list().length,
    openComplaints: fold.cases.openCount,
    touchpoints: fold.touchpoints,
    firstTouchpointAt: fold.firstTouchpointAt,
    lastTouchpointAt: fold.lastTouchpointAt,
  };
};
