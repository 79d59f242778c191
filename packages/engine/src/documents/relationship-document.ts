import { type ComplaintCase, type Evaluation, formatInstant, toDocument } from '@rapport/domain';
import { instantText, type Subject, subjectDocument } from './subject';

const finite = (instant: number): string | null => (Number.isFinite(instant) ? formatInstant(instant) : null);

/** A case with its instants in RFC 3339. */
export const caseDocument = (one: ComplaintCase) => ({
  ...one,
  openedAt: formatInstant(one.openedAt),
  acknowledgedAt: instantText(one.acknowledgedAt),
  closedAt: instantText(one.closedAt),
});

/** All complaint cases of a customer, open and closed, as of the evaluation. */
export const complaintCases = ({ fold }: Evaluation): readonly ComplaintCase[] => fold.cases.list();

/**
 * The relationship at one instant, as `show --json` and `GET /v1/customers/{id}` give it, but for the candidates.
 * Instants in RFC 3339.
 */
export const relationshipDocument = (evaluation: Evaluation, subject: Subject) => {
  const { fold } = evaluation;
  const { stage, since, factors, metrics, openPromises } = toDocument(evaluation);
  return {
    ...subjectDocument(subject, evaluation),
    stage,
    ...(stage === null
      ? undefined
      : {
          since,
          factors,
          metrics,
          signals: fold.raisedSignals().map((one) => ({ signal: one.id, since: formatInstant(one.since) })),
          openPromises,
          cases: complaintCases(evaluation).map(caseDocument),
          consents: [...fold.consents],
          nextReviewAt: finite(fold.nextReviewAt()),
          touchpoints: fold.touchpoints,
          firstTouchpointAt: formatInstant(fold.firstTouchpointAt),
          lastTouchpointAt: formatInstant(fold.lastTouchpointAt),
        }),
  };
};
