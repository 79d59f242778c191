import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { problem } from './names';

const duplicates = (list: string, what: string, ids: readonly string[]): readonly RulesetProblem[] =>
  ids.flatMap((id, i) =>
    ids.indexOf(id) === i
      ? []
      : [
          problem(
            'error',
            'duplicate-id',
            [list, i, 'id'],
            `${what} "${id}" is already declared at /${list}/${ids.indexOf(id)}`,
          ),
        ],
  );

/** Errors: two things of one kind under one id, or evidence under an id that a promise's evidence has. */
export const lintIds = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const promises = (ruleset.promises ?? []).map((promise) => promise.id);
  const evidence = (ruleset.evidence ?? []).map((rule) => rule.id);
  const derived = new Set(promises.flatMap((id) => [`${id}:kept`, `${id}:broken`]));
  return [
    ...duplicates('evidence', 'evidence rule', evidence),
    ...duplicates('promises', 'promise', promises),
    ...duplicates(
      'stages',
      'stage',
      ruleset.stages.map((stage) => stage.id),
    ),
    ...duplicates(
      'signals',
      'signal',
      (ruleset.signals ?? []).map((signal) => signal.id),
    ),
    ...evidence.flatMap((id, i) =>
      derived.has(id)
        ? [
            problem(
              'error',
              'duplicate-id',
              ['evidence', i, 'id'],
              `"${id}" is how the evidence of a promise is explained; choose another id`,
            ),
          ]
        : [],
    ),
  ];
};
