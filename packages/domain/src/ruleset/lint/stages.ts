import * as E from 'fp-ts/Either';
import { formatCondition } from '../format-condition';
import { formulaOf } from '../logic/formula';
import { type NotImplied, notImplied } from '../logic/implies';
import { sample } from '../logic/interval';
import { satisfy } from '../logic/satisfy';
import { stateDomainOf } from '../logic/state-domain';
import type { RulesetProblem } from '../problem';
import type { Ruleset, StageRule } from '../ruleset';
import { problem } from './names';
import { atomsOf, type Path } from './ruleset-parts';

const tooComplex = (path: Path, what: string): RulesetProblem =>
  problem('error', 'too-complex', path, `${what} cannot be decided in reasonable time; use fewer alternatives (any)`);

/** The state of the counterexample, as far as the part that fails looks at it. */
const exampleOf = ({ part, counterexample }: NotImplied): string =>
  [
    ...new Set(
      atomsOf([[], part.condition]).flatMap(([, atom]) => {
        if ('consent' in atom)
          return [`consent.${atom.consent} = ${counterexample.consents.get(atom.consent) ?? false}`];
        const subject =
          'metric' in atom
            ? `metric.${atom.metric}`
            : 'factor' in atom
              ? `factor.${atom.factor}`
              : 'confidence' in atom
                ? `confidence.${atom.confidence}`
                : undefined;
        const values = subject === undefined ? undefined : counterexample.numbers.get(subject);
        return values === undefined ? [] : [`${subject} = ${Number(sample(values).toPrecision(6))}`];
      }),
    ),
  ].join(', ');

const flaps = (stage: StageRule, path: Path, found: NotImplied): RulesetProblem => {
  const example = exampleOf(found);
  return problem(
    'error',
    'enter-without-stay',
    [...path, ...found.part.path],
    `"enter" of stage "${stage.id}" (${formatCondition(stage.enter!)}) does not imply "${formatCondition(found.part.condition)}" of its "stay"${example === '' ? '' : `: with ${example} the stage is entered and left at once`}; loosen it or ask for it in "enter"`,
  );
};

/** Errors: a stage whose `enter` does not imply its `stay`. Warnings: stages that can never be entered. */
export const lintStages = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const domain = stateDomainOf(ruleset);
  const problems: RulesetProblem[] = [];
  let closed: string | undefined;
  ruleset.stages.forEach((stage, i) => {
    const path = ['stages', i];
    if (i === 0 && stage.minStay !== undefined)
      problems.push(
        problem(
          'warning',
          'no-effect',
          [...path, 'minStay'],
          'nothing lies below the first stage, so it is never left downwards',
        ),
      );
    if (stage.enter === undefined) return;
    const entered = satisfy([formulaOf(stage.enter)], domain);
    if (E.isLeft(entered)) problems.push(tooComplex([...path, 'enter'], 'this condition'));
    else if (entered.right === undefined) {
      problems.push(
        problem(
          'warning',
          'unreachable',
          [...path, 'enter'],
          `stage "${stage.id}" can never be entered: ${formatCondition(stage.enter)} contradicts itself`,
        ),
      );
      closed ??= stage.id;
    } else if (closed !== undefined)
      problems.push(
        problem(
          'warning',
          'unreachable',
          path,
          `stage "${stage.id}" can never be entered, because stage "${closed}" below it cannot`,
        ),
      );
    if (stage.stay === undefined) {
      // `stay` is `enter` then, which implies itself, unless it asks for another stage than this one.
      if (!atomsOf([[], stage.enter]).some(([, atom]) => 'stage' in atom)) return;
    }
    const missing = notImplied(stage.enter, stage.stay ?? stage.enter, stage.id, domain);
    const stayPath = [...path, stage.stay === undefined ? 'enter' : 'stay'];
    if (E.isLeft(missing)) problems.push(tooComplex(stayPath, 'whether "enter" implies "stay"'));
    else problems.push(...missing.right.map((found) => flaps(stage, stayPath, found)));
  });
  return problems;
};
