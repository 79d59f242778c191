import * as E from 'fp-ts/Either';
import { formatCondition } from '../format-condition';
import { formulaOf } from '../logic/formula';
import { satisfy } from '../logic/satisfy';
import { stateDomainOf } from '../logic/state-domain';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { problem } from './names';

/** Warnings: signals that would flap, can never be raised, and candidates that are always withheld. */
export const lintSignals = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const domain = stateDomainOf(ruleset);
  const when = ruleset.crossSell?.when;
  const shown = when === undefined ? undefined : satisfy([formulaOf(when)], domain);
  return [
    ...(ruleset.signals ?? []).flatMap((signal, i) => {
      const path = ['signals', i];
      const raised = satisfy([formulaOf(signal.raise)], domain);
      if (E.isRight(raised) && raised.right === undefined)
        return [
          problem(
            'warning',
            'unreachable',
            [...path, 'raise'],
            `signal "${signal.id}" can never be raised: ${formatCondition(signal.raise)} contradicts itself`,
          ),
        ];
      if (signal.clear === undefined) return [];
      const both = satisfy([formulaOf(signal.raise), formulaOf(signal.clear)], domain);
      if (E.isLeft(both))
        return [
          problem(
            'warning',
            'too-complex',
            path,
            'whether "raise" and "clear" exclude each other cannot be decided in reasonable time',
          ),
        ];
      return both.right === undefined
        ? []
        : [
            problem(
              'warning',
              'signal-flaps',
              [...path, 'clear'],
              `"clear" (${formatCondition(signal.clear)}) can hold together with "raise" (${formatCondition(signal.raise)}), so the signal would go up and down without end; let them exclude each other`,
            ),
          ];
    }),
    ...(shown !== undefined && E.isRight(shown) && shown.right === undefined
      ? [
          problem(
            'warning',
            'unreachable',
            ['crossSell', 'when'],
            'candidates are always withheld: the condition contradicts itself',
          ),
        ]
      : []),
  ];
};
