import fc from 'fast-check';
import type { Ruleset, StateCondition } from '../ruleset/ruleset';
import { histories, lawRuleset } from '../testing/histories';
import { DAY } from '../time/instant';
import { conditionsText, conditionText } from './condition-text';
import { type ConditionNow, conditionNow } from './conditions-now';
import { type Evaluation, evaluate } from './evaluate';
import { confidenceThreshold, scoreThreshold } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { implies } from './implied';
import { type Missing, missingForNextStage } from './missing';
import { compileRuleset, type Program } from './program';
import type { DecidingCondition, StageChange } from './relationship';
import { type Atom, holdsOn } from './state-condition';
import { tinyHistories, tinyRulesets } from './testing/tiny-relationships';

/** Checks the reasons of stage changes, and what is missing for the next stage, against other folds. */

/** The condition, evaluated again where a fold stands. */
const holdsIn = ({ fold, asOf }: Evaluation, held: string | null, condition: DecidingCondition): boolean => {
  const { subject, id, comparison, threshold = 0 } = condition;
  if (subject === 'stage') return held !== null && id.split(', ').includes(held);
  if (subject === 'consent') return fold.hasConsent(id);
  const place = fold.program.factors.findIndex((one) => one.id === id);
  // A rounded score is the prior's long before all evidence is gone: a factor is asked for its side.
  const sideOf = (): number => {
    const { base, perFor, perAgainst } = (subject === 'factor' ? scoreThreshold : confidenceThreshold)(
      fold.program.factors[place].prior,
      threshold,
    );
    return fold.factors[place].side(base, perFor, perAgainst, fold.factors[place].remainingAt(asOf));
  };
  const metricSide = (): number => fold.metrics[fold.program.metricIds.indexOf(id)].value(asOf) - threshold;
  return holdsOn(subject === 'metric' ? metricSide() : sideOf(), comparison as Atom['comparison']);
};

/** Whether a condition holds, knowing nothing but what the reasons say; undefined where they do not tell. */
const decidedBy = (said: readonly DecidingCondition[], condition: StateCondition): boolean | undefined => {
  if ('all' in condition || 'any' in condition) {
    const parts = ('all' in condition ? condition.all : condition.any).map((part) => decidedBy(said, part));
    const decisive = 'any' in condition;
    if (parts.includes(decisive)) return decisive;
    return parts.includes(undefined) ? undefined : !decisive;
  }
  if ('not' in condition) {
    const inner = decidedBy(said, condition.not);
    return inner === undefined ? undefined : !inner;
  }
  if ('stage' in condition || 'consent' in condition) {
    const id = 'consent' in condition ? condition.consent : [condition.stage].flat().join(', ');
    return said.find((one) => one.comparison === 'is' && one.id === id)?.holds;
  }
  const [subject, id] = Object.entries(condition)[0] as [DecidingCondition['subject'], string];
  const parts = (['atLeast', 'above', 'atMost', 'below'] as const).flatMap((comparison) => {
    const threshold = condition[comparison];
    if (threshold === undefined) return [];
    const asked = (holds: boolean): DecidingCondition => ({ subject, id, comparison, threshold, value: 0, holds });
    if (said.some((one) => implies(one, asked(true)))) return [true];
    return said.some((one) => implies(one, asked(false))) ? [false] : [undefined];
  });
  return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
};

/** The conditions that words name: each part of the line is one condition of `because` in words. */
const namedIn = (ruleset: Ruleset, { because }: StageChange): readonly DecidingCondition[] =>
  conditionsText(ruleset, because, 'en')
    .split(/, (?!s\d)/)
    .filter((part) => part !== '')
    .map((part) => {
      // "just above 5" says both that it is above 5 and that it is not below.
      const alike = because.filter((one) => conditionText(ruleset, one, 'en') === part);
      const said = alike.find((one) => alike.every((other) => implies(one, other)));
      if (said === undefined) throw new Error(`"${part}" is not in ${JSON.stringify(because)}`);
      return said;
    });

const checkChange = (program: Program, touchpoints: readonly FoldedTouchpoint[], change: StageChange): void => {
  const { ruleset, stages } = program;
  const { at, from, to, because, cause } = change;
  const named = namedIn(ruleset, change);
  const after = evaluate(program, touchpoints, { asOf: at });
  const before = evaluate(program, touchpoints, { asOf: at - 1 });

  // They were as said.
  for (const one of because) expect(holdsIn(after, from, one)).toBe(one.holds);
  // Words name what JSON does, each aspect once, and nothing that it says is lost.
  for (const one of because) expect(named.some((other) => implies(other, one))).toBe(true);
  named.forEach((one, i) => {
    expect(named.some((other, j) => i !== j && implies(other, one))).toBe(false);
  });

  // What words name is enough to decide every step of the walk.
  const index = (id: string | null): number => stages.findIndex((stage) => stage.id === id);
  const [first, last] = [index(from), index(to)];
  for (let i = Math.max(first, 0) + 1; i <= last; i++) {
    const { enterCondition } = stages[i];
    expect(enterCondition === undefined || decidedBy(named, enterCondition)).toBe(true);
  }
  for (let i = first; i > last; i--) expect(decidedBy(named, stages[i].stayCondition!)).toBe(false);

  if (cause !== 'time') return;
  // Where time decided a condition, words name the threshold that it crossed.
  const flipped = (one: DecidingCondition): boolean =>
    one.subject !== 'stage' && holdsIn(before, from, one) !== one.holds;
  for (const one of because.filter(flipped))
    expect(named.some((other) => implies(other, one) && flipped(other))).toBe(true);
  const { fold } = before;
  const freed = first > last && fold.since + stages[first].minStay === at;
  // A stage that looks at the stage may want to move on at the millisecond after it was entered.
  const movesOn = fold.since === at - 1 && program.stagesLookAtStage;
  expect(freed || movesOn || because.some(flipped)).toBe(true);
};

/** The comparisons of a condition, each with whether it is to hold for the condition to hold. */
const leavesOf = (now: ConditionNow, wanted = true): readonly { leaf: DecidingCondition; wanted: boolean }[] => {
  if ('all' in now) return now.all.flatMap((part) => leavesOf(part, wanted));
  if ('any' in now) return now.any.flatMap((part) => leavesOf(part, wanted));
  return 'not' in now ? leavesOf(now.not, !wanted) : [{ leaf: now, wanted }];
};

/** Whether a number is to be both high and low: then going one way may undo what holds already. */
const pullsBothWays = (leaves: ReturnType<typeof leavesOf>): boolean => {
  const ways = leaves.map(({ leaf, wanted }) => [
    `${leaf.subject} ${leaf.id}`,
    ['atMost', 'below'].includes(leaf.comparison) === wanted,
  ]);
  return ways.some(([subject, down]) => ways.some(([other, up]) => subject === other && down !== up));
};

/** What one does who does what is missing, each time by the first or the last of the alternatives. */
const doneBy = (missing: Missing, first: boolean): readonly DecidingCondition[] => {
  if ('all' in missing) return missing.all.flatMap((part) => doneBy(part, first));
  if ('any' in missing) return doneBy(missing.any.at(first ? 0 : -1)!, first);
  return [missing.condition];
};

/** What is missing is the other thing of two, and of numbers what its comparison says. */
const wantedOf = ({ subject, id, value }: DecidingCondition): boolean => {
  if (subject === 'stage') return !id.split(', ').includes(String(value));
  return subject === 'consent' ? !value : true;
};

/** Nothing stands beside something that says it already. */
const checkNothingTwice = (missing: Missing): void => {
  if ('condition' in missing) return;
  const parts = 'all' in missing ? missing.all : missing.any;
  expect(parts.length).toBeGreaterThan(1);
  const asked = parts.flatMap((part) => ('condition' in part ? [{ ...part.condition, holds: true }] : []));
  for (const one of asked) expect(asked.filter((other) => implies(other, one))).toEqual([one]);
  parts.forEach(checkNothingTwice);
};

const checkMissing = (evaluation: Evaluation): void => {
  const { fold, asOf } = evaluation;
  const next = missingForNextStage(evaluation);
  if (next?.missing == null) return;
  checkNothingTwice(next.missing);
  const condition = fold.program.stages[fold.stage + 1].enterCondition!;
  const asked = leavesOf(conditionNow(fold, condition, asOf));
  const leaves = asked.map(({ leaf }) => leaf);
  for (const first of [true, false]) {
    const done = doneBy(next.missing, first).map((one): DecidingCondition => ({ ...one, holds: wantedOf(one) }));
    for (const one of done) {
      expect(holdsIn(evaluation, fold.stageId, one)).not.toBe(one.holds);
      // The threshold is one of the ruleset's.
      expect(leaves.some(({ id, threshold }) => id === one.id && threshold === one.threshold)).toBe(true);
    }
    // With all else as it is, doing it fulfils the condition.
    const rest = leaves.filter((known) => !done.some((one) => implies(one, { ...known, holds: !known.holds })));
    if (!pullsBothWays(asked)) expect(decidedBy([...done, ...rest], condition)).toBe(true);
  }
};

let changes = 0;
/** Histories that were checked: there must be enough changes among them for the law to mean something. */
let checked = 0;
const checkAll = (ruleset: Ruleset, touchpoints: readonly FoldedTouchpoint[], asOf: number): void => {
  checked++;
  const program = compileRuleset(ruleset);
  const evaluation = evaluate(program, touchpoints, { asOf });
  for (const change of evaluation.history) {
    checkChange(program, touchpoints, change);
    changes++;
  }
  checkMissing(evaluation);
};

describe('the reasons of stage changes', () => {
  it('name what decided, of one subject and direction the strictest that was needed', () => {
    changes = checked = 0;
    fc.assert(
      fc.property(tinyRulesets, tinyHistories, (ruleset, touchpoints) => {
        checkAll(ruleset, touchpoints, touchpoints[touchpoints.length - 1].occurredAt + 200);
      }),
      { numRuns: 1500 },
    );
    expect(changes / checked).toBeGreaterThan(1000 / 1500);
  });

  it('name them too where months pass', () => {
    changes = checked = 0;
    fc.assert(
      fc.property(histories, (touchpoints) => {
        if (touchpoints.length > 0)
          checkAll(lawRuleset, touchpoints, touchpoints[touchpoints.length - 1].occurredAt + 90 * DAY);
      }),
      { numRuns: 800 },
    );
    expect(changes / checked).toBeGreaterThan(1000 / 800);
  });
});
