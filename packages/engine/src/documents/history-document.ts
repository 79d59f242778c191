import { conditionsText, type Evaluation, formatInstant, type Language } from '@rapport/domain';
import { instantText, type Subject, subjectDocument } from './subject';

/** Her stays on the stages, oldest first, each with why she came there. The last has no end. */
export const historyDocument = (evaluation: Evaluation, subject: Subject, language: Language) => {
  const { history, fold } = evaluation;
  const { ruleset } = fold.program;
  return {
    ...subjectDocument(subject, evaluation),
    history: history.map(({ at, from, to, cause, touchpoint, because }, i) => ({
      stage: to,
      since: formatInstant(at),
      until: instantText(history[i + 1]?.at) ?? null,
      /** Null for the first touchpoint ever. */
      cameFrom: from,
      cause,
      touchpoint,
      because,
      inWords: conditionsText(ruleset, because, language),
    })),
  };
};
