import { formatCondition } from '../format-condition';
import { maySatisfy } from '../logic/event-satisfiable';
import type { RulesetProblem } from '../problem';
import type { EvidenceRule, Ruleset } from '../ruleset';
import { eventConditions } from './event-parts';
import { problem } from './names';
import type { Path } from './ruleset-parts';

const curveProblems = (rule: EvidenceRule, path: Path): readonly RulesetProblem[] => {
  if (rule.scale === undefined || !('curve' in rule.scale)) return [];
  return rule.scale.curve.flatMap(([x], i, curve) => {
    const [before] = curve[i - 1] ?? [Number.NEGATIVE_INFINITY];
    if (x > before) return [];
    const message = `expected an x above ${before}, got ${x}: the points of a curve stand in order of x`;
    return [problem('error', 'curve-not-increasing', [...path, 'scale', 'curve', i, 0], message)];
  });
};

const alwaysZero = (rule: EvidenceRule): boolean => {
  if (rule.scale === undefined || (rule.scale.default ?? 1) !== 0) return false;
  const results = 'map' in rule.scale ? Object.values(rule.scale.map) : rule.scale.curve.map(([, y]) => y);
  return results.every((result) => result === 0);
};

/** Errors: curves out of order. Warnings: conditions that never hold and evidence that never applies. */
export const lintEvidence = (ruleset: Ruleset): readonly RulesetProblem[] => [
  ...(ruleset.evidence ?? []).flatMap((rule, i) => [
    ...curveProblems(rule, ['evidence', i]),
    ...(alwaysZero(rule)
      ? [
          problem(
            'warning',
            'never-applies',
            ['evidence', i, 'scale'],
            `evidence "${rule.id}" never applies: its scale is always 0`,
          ),
        ]
      : []),
  ]),
  ...eventConditions(ruleset).flatMap(([path, condition]) =>
    maySatisfy(condition)
      ? []
      : [problem('warning', 'never-applies', path, `never holds: ${formatCondition(condition)} contradicts itself`)],
  ),
];
