import { withStore } from '@rapport/data-directory';
import type { Program } from '@rapport/domain';
import { explanationDocument } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { CommandError } from '../exit';
import { stageExplanation } from '../output/explanation';
import { factorExplanation } from '../output/factor-points';
import { mergedLines } from '../output/merged-customers';
import { nothingText } from '../output/nothing';
import { headLine, ladder, stageLine } from '../output/relationship';
import { usedRulesetLine } from '../output/used-ruleset';
import { type CustomerOptions, evaluateCustomer } from '../store/customer';

export interface WhyOptions extends CustomerOptions {
  readonly stage?: true;
  readonly factor?: string;
  readonly all?: true;
}

/** `rapport why`: the explanation, down to the touchpoints and the rules. */
export const whyCommand = (cli: Cli, askedFor: string, options: WhyOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const evaluated = await evaluateCustomer(cli, store, askedFor, options);
    const { customer, evaluation, touchpoints, knownAt, rules, subject } = evaluated;
    const wanted = factorsWanted(rules.program, options);
    if (cli.json) return printJson(cli, explanationDocument(evaluation, subject, cli.language));
    cli.print([headLine(customer, { asOf: evaluation.asOf, knownAt }, cli), ...mergedLines(evaluated, cli)].join('\n'));
    const rulesetLine = `\n${usedRulesetLine(subject.ruleset, cli)}`;
    if (subject.nothing !== undefined)
      return cli.print(`\n  ${nothingText(subject.nothing, cli.language)}\n${rulesetLine}`);
    if (options.factor === undefined) {
      cli.print(`\n  ${stageLine(evaluation, cli)}\n  ${ladder(evaluation, cli)}`);
      cli.print(stageExplanation(evaluation, touchpoints, cli).join('\n'));
    }
    for (const factor of wanted)
      cli.print(factorExplanation(evaluation, factor, touchpoints, options.all === true, cli).join('\n'));
    cli.print(rulesetLine);
  });

const factorsWanted = (program: Program, { stage, factor }: WhyOptions): readonly number[] => {
  if (stage === true) return [];
  const ids = program.factors.map(({ id }) => id);
  if (factor === undefined) return ids.map((_, i) => i);
  const index = ids.indexOf(factor.normalize('NFC'));
  if (index < 0) throw new CommandError(`--factor: the ruleset has no factor "${factor}". It has ${ids.join(', ')}.`);
  return [index];
};
