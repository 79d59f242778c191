import * as E from 'fp-ts/Either';
import { matchStateLeaf } from '../fold-condition';
import { formatCondition } from '../format-condition';
import { formulaOf } from '../logic/formula';
import { type NotImplied, notImplied } from '../logic/implies';
import { sample } from '../logic/interval';
import { satisfy } from '../logic/satisfy';
import { stateDomainOf } from '../logic/state-domain';
import type { RulesetProblem } from '../problem';
import type { Ruleset, StageRule } from '../ruleset';
import { problem } from './names';
import { leavesOf, type Path } from './ruleset-parts';

const tooComplex = (path: Path, what: string): RulesetProblem =>
  problem('error', 'too-complex', path, `${what} cannot be decided in reasonable time; use fewer alternatives (any)`);

/** The state of the counterexample, as far as the part that fails looks at it. */
const exampleOf = ({ part, counterexample: { numbers, consents } }: NotImplied): string => {
  const shown = leavesOf([[], part.condition]).flatMap(([, leaf]) =>
    matchStateLeaf<readonly string[]>(leaf, {
      number: (subject, id) => {
        const values = numbers.get(`${subject}.${id}`);
        return values === undefined ? [] : [`${subject}.${id} = ${Number(sample(values).toPrecision(6))}`];
      },
      stage: () => [],
      consent: (purpose) => [`consent.${purpose} = ${consents.get(purpose) ?? false}`],
    }),
  );
  return [...new Set(shown)].join(', ');
};

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
      if (!leavesOf([[], stage.enter]).some(([, leaf]) => 'stage' in leaf)) return;
    }
    const missing = notImplied(stage.enter, stage.stay ?? stage.enter, stage.id, domain);
    const stayPath = [...path, stage.stay === undefined ? 'enter' : 'stay'];
    if (E.isLeft(missing)) problems.push(tooComplex(stayPath, 'whether "enter" implies "stay"'));
    else problems.push(...missing.right.map((found) => flaps(stage, stayPath, found)));
  });
  return problems;
};
