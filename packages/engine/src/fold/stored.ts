import { type Fold, type StageMove, saveFold } from '@rapport/domain';
import type { FactorEvidence, RelationshipSave, StageInterval, StoredRelationship } from '@rapport/read-model';

/** The relationship a fold stands at, as the read model keeps it. The fold must have seen a touchpoint. */
export const storedRelationship = (customer: string, fold: Fold, sequence: number): StoredRelationship => {
  const { program } = fold;
  const nextReviewAt = fold.nextReviewAt();
  const signals: Record<string, number> = {};
  for (const { id, since } of fold.raisedSignals()) signals[id] = since;
  const factors: Record<string, FactorEvidence> = {};
  for (const [i, { id }] of program.factors.entries()) {
    const { evidenceFor, evidenceAgainst, at } = fold.factors[i]!;
    factors[id] = { for: evidenceFor, against: evidenceAgainst, at };
  }
  const stage = program.stages[fold.stage]!.id;
  return {
    customer,
    stage,
    since: fold.since,
    instant: fold.instant,
    nextReviewAt: Number.isFinite(nextReviewAt) ? nextReviewAt : null,
    touchpoints: fold.touchpoints,
    firstTouchpointAt: fold.firstTouchpointAt,
    lastTouchpointAt: fold.lastTouchpointAt,
    factors,
    signals,
    state: saveFold(fold),
    decided: { stage, signals: Object.keys(signals), sequence },
  };
};

/** Stage changes as intervals, each ending where the next begins. */
export const stageIntervals = (changes: readonly StageMove[]): readonly StageInterval[] =>
  changes.map(({ to, at, cause, touchpoint }, i) => ({
    stage: to,
    from: at,
    to: changes[i + 1]?.at ?? null,
    cause,
    ...(touchpoint === undefined ? undefined : { touchpoint }),
  }));

/**
 * Everything to save about a customer whose fold stands where it should.
 *
 * @param dueAt when the first of their touchpoints that lie ahead comes due
 */
export const relationshipSave = (
  customer: string,
  fold: Fold,
  sequence: number,
  history: { readonly mode: 'append' | 'replace'; readonly changes: readonly StageMove[] },
  dueAt?: number,
): Extract<RelationshipSave, { readonly kind: 'relationship' }> => ({
  kind: 'relationship',
  relationship: storedRelationship(customer, fold, sequence),
  history: { mode: history.mode, intervals: stageIntervals(history.changes) },
  promises: fold.promises.list(),
  cases: fold.cases.list(),
  dueAt,
});
