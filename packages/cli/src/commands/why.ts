import { withStore } from '@rapport/data-directory';
import { type ExplainedFactor, type Explanation, explain, explanationDocument } from '@rapport/engine';
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
    const found = await evaluateCustomer(cli, store, askedFor, options);
    const explanation = explain(found.evaluation, found.subject, found.touchpoints, cli.language);
    refuseUnknownFactor(
      options,
      found.rules.program.factors.map(({ id }) => id),
    );
    if (cli.json) return printJson(cli, explanationDocument(explanation));
    cli.print(
      [headLine(found.customer, { ...explanation, knownAt: found.knownAt }, cli), ...mergedLines(found, cli)].join(
        '\n',
      ),
    );
    cli.print(explanationText(cli, explanation, options));
    cli.print(`\n${usedRulesetLine(found.subject.ruleset, cli)}`);
  });

const explanationText = (cli: Cli, explanation: Explanation, options: WhyOptions): string => {
  const { nothing } = explanation.subject;
  if (nothing !== undefined) return `\n  ${nothingText(nothing, cli.language)}`;
  const stage = [
    `\n  ${stageLine(explanation, cli)}\n  ${ladder(explanation, cli)}`,
    ...stageExplanation(explanation, cli),
  ];
  return [
    ...(options.factor === undefined ? stage : []),
    ...factorsWanted(explanation, options).flatMap((factor) => factorExplanation(factor, options.all === true, cli)),
  ].join('\n');
};

const idOf = (factor: string): string => factor.normalize('NFC');

const refuseUnknownFactor = ({ factor }: WhyOptions, ids: readonly string[]): void => {
  if (factor !== undefined && !ids.includes(idOf(factor)))
    throw new CommandError(`--factor: the ruleset has no factor "${factor}". It has ${ids.join(', ')}.`);
};

const factorsWanted = ({ factors }: Explanation, { stage, factor }: WhyOptions): readonly ExplainedFactor[] => {
  if (stage === true) return [];
  return factor === undefined ? factors : factors.filter(({ id }) => id === idOf(factor));
};
