import {
  describeMissing,
  type Evaluation,
  type Language,
  missingForNextStage,
  reasonOf,
  toDocument,
} from '@rapport/domain';
import { type Subject, subjectDocument } from './subject';

const missingDocument = (evaluation: Evaluation, language: Language) => {
  const next = missingForNextStage(evaluation);
  if (next === null) return null;
  const { ruleset } = evaluation.fold.program;
  const inWords = next.missing === null ? '' : describeMissing(ruleset, next.missing, language);
  return { stage: next.stage, missing: next.missing, inWords };
};

/**
 * The explanation, as `why --json` and `GET /v1/customers/{id}/explanation` give it: the shape of `evaluate --json`,
 * and beside it whom it is about, the rules' reasons in words, and what is missing for the next stage.
 */
export const explanationDocument = (evaluation: Evaluation, subject: Subject, language: Language) => {
  const document = toDocument(evaluation);
  const { ruleset } = evaluation.fold.program;
  const rules = new Set(
    Object.values(document.contributions ?? {}).flatMap(({ rows }) => rows.map(({ rule }) => rule)),
  );
  return {
    ...subjectDocument(subject, evaluation),
    ...document,
    reasons: Object.fromEntries([...rules].map((rule) => [rule, reasonOf(ruleset, rule, language)])),
    nextStage: missingDocument(evaluation, language),
  };
};
