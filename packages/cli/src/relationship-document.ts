import { type ComplaintCase, type Evaluation, formatInstant, type Ruleset, toDocument } from '@rapport/domain';

export interface RulesetName {
  readonly name: string;
  readonly version: number;
  readonly hash: string;
}

export interface Subject {
  readonly customer: string;
  readonly knownAt: number | undefined;
  readonly ruleset: RulesetName;
}

const at = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : formatInstant(instant);

const finite = (instant: number): string | null => (Number.isFinite(instant) ? formatInstant(instant) : null);

export const caseDocument = (one: ComplaintCase) => ({
  ...one,
  openedAt: formatInstant(one.openedAt),
  acknowledgedAt: at(one.acknowledgedAt),
  closedAt: at(one.closedAt),
});

/** Signals raised at the end of an evaluation, and since when. */
export const raisedSignals = ({ fold }: Evaluation): readonly { readonly id: string; readonly since: number }[] =>
  fold.program.signals.flatMap(({ id }, i) =>
    Number.isNaN(fold.raisedSince[i]) ? [] : [{ id, since: fold.raisedSince[i] }],
  );

export const complaintCases = ({ fold }: Evaluation): readonly ComplaintCase[] => fold.cases.list();

/** What `show --json` prints, but for the candidates: the relationship at one instant. */
export const relationshipDocument = (evaluation: Evaluation, { customer, knownAt, ruleset }: Subject) => {
  const { fold, asOf } = evaluation;
  const { stage, since, factors, metrics, openPromises } = toDocument(evaluation);
  return {
    customer,
    asOf: formatInstant(asOf),
    knownAt: at(knownAt),
    ruleset,
    stage,
    ...(stage === null
      ? undefined
      : {
          since,
          factors,
          metrics,
          signals: raisedSignals(evaluation).map((one) => ({ signal: one.id, since: formatInstant(one.since) })),
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

export const rulesetNameOf = (ruleset: Ruleset, hash: string): RulesetName => ({
  name: ruleset.ruleset,
  version: ruleset.version,
  hash,
});
