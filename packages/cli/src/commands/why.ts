import { type ReadingStore, withStore } from '@rapport/data-directory';
import { explanationDocument, rulesetName } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { CommandError } from '../exit';
import type { ViewOptions } from '../instant-options';
import { stageExplanation } from '../output/explanation';
import { factorExplanation } from '../output/factor-points';
import { mergedLines } from '../output/merged-customers';
import { headLine, ladder, stageLine } from '../output/relationship';
import { wordsIn } from '../output/words';
import { evaluateCustomer } from '../store/customer';

export interface WhyOptions extends ViewOptions {
  readonly stage?: true;
  readonly factor?: string;
  readonly all?: true;
}

/** `rapport why`: the explanation, down to the touchpoints and the rules. */
export const whyCommand = (cli: Cli, askedFor: string, options: WhyOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const wanted = factorsWanted(store, options);
    const evaluated = await evaluateCustomer(store, askedFor, options);
    const { customer, evaluation, touchpoints, knownAt } = evaluated;
    const subject = { ...evaluated, ruleset: rulesetName(store.ruleset, store.hash) };
    if (cli.json) return printJson(cli, explanationDocument(evaluation, subject, cli.language));
    cli.print([headLine(customer, { asOf: evaluation.asOf, knownAt }, cli), ...mergedLines(evaluated, cli)].join('\n'));
    if (evaluation.fold.stageId === null) return cli.print(`\n  ${wordsIn(cli.language).nothingYet}`);
    if (options.factor === undefined) {
      cli.print(`\n  ${stageLine(evaluation, cli)}\n  ${ladder(evaluation, cli)}`);
      cli.print(stageExplanation(evaluation, touchpoints, cli).join('\n'));
    }
    for (const factor of wanted)
      cli.print(factorExplanation(evaluation, factor, touchpoints, options.all === true, cli).join('\n'));
  });

const factorsWanted = ({ program }: ReadingStore, { stage, factor }: WhyOptions): readonly number[] => {
  if (stage === true) return [];
  const ids = program.factors.map(({ id }) => id);
  if (factor === undefined) return ids.map((_, i) => i);
  const index = ids.indexOf(factor.normalize('NFC'));
  if (index < 0) throw new CommandError(`--factor: the ruleset has no factor "${factor}". It has ${ids.join(', ')}.`);
  return [index];
};
