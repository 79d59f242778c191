import { type ReadingStore, withStore } from '@rapport/data-directory';
import { describeMissing, type Evaluation, type Language, missingForNextStage, toDocument } from '@rapport/domain';
import { type Cli, printJson } from '../cli';
import { CommandError } from '../exit';
import type { ViewOptions } from '../instant-options';
import { factorExplanation, reasonOf, stageExplanation } from '../output/explanation';
import { headLine, type Look, ladder, stageLine } from '../output/relationship';
import { wordsIn } from '../output/words';
import { relationshipDocument, rulesetNameOf } from '../relationship-document';
import { type EvaluatedCustomer, evaluateCustomer } from '../store/customer';

export interface WhyOptions extends ViewOptions {
  readonly stage?: true;
  readonly factor?: string;
  readonly all?: true;
  readonly lang: Language;
}

/** `rapport why`: the explanation, down to the touchpoints and the rules. */
export const whyCommand = (cli: Cli, customer: string, options: WhyOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const wanted = factorsWanted(store, options);
    const evaluated = await evaluateCustomer(store, customer, options);
    if (cli.json) return printJson(cli, explanation(store, evaluated, options.lang));
    const { evaluation, touchpoints, knownAt } = evaluated;
    const look: Look = { ...cli, language: options.lang };
    cli.print(headLine(customer, { asOf: evaluation.asOf, knownAt }, look));
    if (evaluation.fold.stageId === null) return cli.print(`\n  ${wordsIn(options.lang).nothingYet}`);
    if (options.factor === undefined) {
      cli.print(`\n  ${stageLine(evaluation, look)}\n  ${ladder(evaluation, look)}`);
      cli.print(stageExplanation(evaluation, touchpoints, look).join('\n'));
    }
    for (const factor of wanted)
      cli.print(factorExplanation(evaluation, factor, touchpoints, options.all === true, look).join('\n'));
  });

const factorsWanted = ({ program }: ReadingStore, { stage, factor }: WhyOptions): readonly number[] => {
  if (stage === true) return [];
  const ids = program.factors.map(({ id }) => id);
  if (factor === undefined) return ids.map((_, i) => i);
  const index = ids.indexOf(factor);
  if (index < 0) throw new CommandError(`--factor: the ruleset has no factor "${factor}". It has ${ids.join(', ')}.`);
  return [index];
};

const missingDocument = (evaluation: Evaluation, language: Language) => {
  const next = missingForNextStage(evaluation);
  if (next === null) return null;
  const { ruleset } = evaluation.fold.program;
  const inWords = next.missing === null ? '' : describeMissing(ruleset, next.missing, language);
  return { stage: next.stage, missing: next.missing, inWords };
};

/** The shape of `evaluate --json`, and beside it whom it is about, the rules' reasons in words, and what is missing. */
const explanation = (store: ReadingStore, { customer, evaluation, knownAt }: EvaluatedCustomer, language: Language) => {
  const { asOf, ruleset } = relationshipDocument(evaluation, {
    customer,
    knownAt,
    ruleset: rulesetNameOf(store.ruleset, store.hash),
  });
  const document = toDocument(evaluation);
  const rules = new Set(
    Object.values(document.contributions ?? {}).flatMap(({ rows }) => rows.map(({ rule }) => rule)),
  );
  return {
    customer,
    asOf,
    knownAt: knownAt === undefined ? undefined : new Date(knownAt).toISOString(),
    ruleset,
    ...document,
    reasons: Object.fromEntries([...rules].map((rule) => [rule, reasonOf(store.ruleset, rule, language)])),
    nextStage: missingDocument(evaluation, language),
  };
};
