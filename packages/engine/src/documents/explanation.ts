/**
 * The explanation of a relationship: what `why` prints, and what its JSON and the answers over HTTP are made of. Ids are
 * those of the ruleset; labels and reasons are in the language asked for, as their authors wrote them.
 */
import {
  type ContributionsDocument,
  conditionsText,
  type DecidingCondition,
  type Direction,
  describeMissing,
  directionOf,
  type Evaluation,
  type EvaluationDocument,
  type Language,
  labelOf,
  missingForNextStage,
  reasonOf,
  type StageChange,
  type Touchpoint,
  type TouchpointIdentity,
  toDocument,
} from '@rapport/domain';
import { instantText, type Subject, subjectDocument } from './subject';

export interface LabelledStage {
  readonly id: string;
  readonly label: string;
}

/** The touchpoint that gave something, with its type where it is known. */
export interface NamedTouchpoint extends TouchpointIdentity {
  readonly type: string | undefined;
}

/** A stay on a stage, and why it began. Instants in milliseconds. */
export interface StageStay {
  readonly stage: LabelledStage;
  readonly at: number;
  /** Undefined for the present stage. */
  readonly until: number | undefined;
  /** Null for the first touchpoint ever. */
  readonly from: string | null;
  readonly direction: Direction;
  readonly cause: StageChange['cause'];
  /** Undefined where time alone decided. */
  readonly touchpoint: NamedTouchpoint | undefined;
  readonly because: readonly DecidingCondition[];
  readonly inWords: string;
}

type Row = ContributionsDocument['rows'][number];

/** A piece of evidence, with the reason in words. */
export interface ExplainedRow extends Row {
  readonly reason: string;
  readonly touchpoint: NamedTouchpoint;
}

/** The sources of one factor's points: with the base they add up to its score. */
export interface ExplainedFactor extends Omit<ContributionsDocument, 'rows'> {
  readonly id: string;
  readonly label: string;
  /** 0 to 100. */
  readonly score: number;
  readonly rows: readonly ExplainedRow[];
}

/** The next stage, and what is missing for it; `missing` is null where every condition holds. */
export interface NextStage {
  readonly stage: LabelledStage;
  readonly missing: NonNullable<ReturnType<typeof missingForNextStage>>['missing'];
  /** Empty where every condition holds. */
  readonly inWords: string;
}

/** A customer's place on the ladder. Instants in milliseconds. */
export interface Standing {
  readonly asOf: number;
  /** The ladder, lowest first. */
  readonly stages: readonly LabelledStage[];
  /** Undefined where nothing is known of the customer at that instant. */
  readonly standing: { readonly stage: LabelledStage; readonly since: number } | undefined;
}

export interface Explanation extends Standing {
  readonly subject: Subject;
  /** Oldest first. */
  readonly history: readonly StageStay[];
  /** In the order of the ruleset; empty where nothing is known. */
  readonly factors: readonly ExplainedFactor[];
  /** Null on the highest stage. */
  readonly next: NextStage | null;
  /** The document of the evaluation alone, as `evaluate --json` gives it. */
  readonly evaluated: EvaluationDocument;
}

type TypeOf = (identity: TouchpointIdentity) => string | undefined;

const typesOf = (touchpoints: readonly Pick<Touchpoint, 'source' | 'id' | 'type'>[]): TypeOf => {
  const key = ({ source, id }: TouchpointIdentity): string => `${source} ${id}`;
  const types = new Map(touchpoints.map((one) => [key(one), one.type]));
  return (identity) => types.get(key(identity));
};

const labelledStage = ({ fold }: Evaluation, id: string, language: Language): LabelledStage => {
  const { stages } = fold.program.ruleset;
  return { id, label: labelOf(stages.find((stage) => stage.id === id)?.label, language, id) };
};

/** A customer's place on the ladder, with the labels of all stages. */
export const standingOf = (evaluation: Evaluation, language: Language): Standing => {
  const { fold, asOf } = evaluation;
  const labelled = (id: string): LabelledStage => labelledStage(evaluation, id, language);
  return {
    asOf,
    stages: fold.program.stages.map(({ id }) => labelled(id)),
    standing: fold.stageId === null ? undefined : { stage: labelled(fold.stageId), since: fold.since },
  };
};

/** The stays on stages, oldest first, each with its reason. */
const stays = (evaluation: Evaluation, typeOf: TypeOf, language: Language): readonly StageStay[] => {
  const { ruleset } = evaluation.fold.program;
  const ladder = ruleset.stages.map(({ id }) => id);
  return evaluation.history.map(({ at, from, to, cause, touchpoint, because }, i) => ({
    stage: labelledStage(evaluation, to, language),
    at,
    until: evaluation.history[i + 1]?.at,
    from,
    direction: directionOf(ladder, from, to),
    cause,
    touchpoint: touchpoint && { ...touchpoint, type: typeOf(touchpoint) },
    because,
    inWords: conditionsText(ruleset, because, language),
  }));
};

const explainedFactors = (
  { fold }: Evaluation,
  { factors = {}, contributions = {} }: EvaluationDocument,
  typeOf: TypeOf,
  language: Language,
): readonly ExplainedFactor[] => {
  const { ruleset } = fold.program;
  const reasons = new Map<string, string>();
  const reasonFor = (rule: string): string => {
    const reason = reasons.get(rule) ?? reasonOf(ruleset, rule, language);
    reasons.set(rule, reason);
    return reason;
  };
  return Object.entries(contributions).map(([id, { rows, ...rest }]) => ({
    id,
    label: labelOf(ruleset.factors[id]!.label, language, id),
    score: factors[id]!.score,
    ...rest,
    rows: rows.map((row) => ({
      ...row,
      reason: reasonFor(row.rule),
      touchpoint: {
        source: row.source,
        id: row.event,
        type: typeOf({ source: row.source, id: row.event }),
      },
    })),
  }));
};

const nextStage = (evaluation: Evaluation, language: Language): NextStage | null => {
  const next = missingForNextStage(evaluation);
  if (next === null) return null;
  const { stage, missing } = next;
  const inWords = missing === null ? '' : describeMissing(evaluation.fold.program.ruleset, missing, language);
  return { stage: labelledStage(evaluation, stage, language), missing, inWords };
};

/**
 * Explains an evaluation.
 *
 * @param touchpoints those that were evaluated, for their types
 * @example explanationDocument(explain(evaluation, subject, touchpoints, 'en'))
 */
export const explain = (
  evaluation: Evaluation,
  subject: Subject,
  touchpoints: readonly Pick<Touchpoint, 'source' | 'id' | 'type'>[],
  language: Language,
): Explanation => {
  const typeOf = typesOf(touchpoints);
  const evaluated = toDocument(evaluation);
  return {
    subject,
    ...standingOf(evaluation, language),
    history: stays(evaluation, typeOf, language),
    factors: explainedFactors(evaluation, evaluated, typeOf, language),
    next: nextStage(evaluation, language),
    evaluated,
  };
};

/**
 * The explanation, as `why --json` and `GET /v1/customers/{id}/explanation` give it: the shape of `evaluate --json`,
 * and beside it whom it is about, the rules' reasons in words, and what is missing for the next stage.
 */
export const explanationDocument = ({ subject, asOf, evaluated, factors, next }: Explanation) => ({
  ...subjectDocument(subject, { asOf }),
  ...evaluated,
  reasons: Object.fromEntries(factors.flatMap(({ rows }) => rows.map(({ rule, reason }) => [rule, reason]))),
  nextStage: next && { ...next, stage: next.stage.id },
});

/** The stays on stages, as `GET /v1/customers/{id}/history` gives them. The last has no end. Instants in RFC 3339. */
export const historyDocument = ({ subject, asOf, history }: Explanation) => ({
  ...subjectDocument(subject, { asOf }),
  history: history.map(({ stage, at, until, from, cause, touchpoint, because, inWords }) => ({
    stage: stage.id,
    since: instantText(at),
    until: instantText(until) ?? null,
    cameFrom: from,
    cause,
    touchpoint: touchpoint && { source: touchpoint.source, id: touchpoint.id },
    because,
    inWords,
  })),
});
