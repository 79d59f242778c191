import { compileRuleset, evaluate, type Program, rulesetHash, type Touchpoint, toDocument } from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { type Cli, printJson, printNdjson } from '../cli';
import { viewFrom } from '../instant-options';
import { relationshipLines } from '../output/relationship';
import { catalogueOf, rulesetFrom } from '../rulesets';
import { readHistories } from '../touchpoint-file';

export interface EvaluateOptions {
  readonly ruleset: string;
  readonly touchpoints: string;
  readonly asOf: string;
  readonly knownAt?: string;
}

/** `rapport evaluate`: the pure function on a file; reads no clock and no store. */
export const evaluateCommand = async (cli: Cli, options: EvaluateOptions): Promise<void> => {
  const view = viewFrom(options);
  const ruleset = rulesetFrom(cli, options.ruleset);
  const histories = await readHistories(cli, options.touchpoints, catalogueOf(ruleset));
  const program: Program = compileRuleset(ruleset);
  const evaluated = (touchpoints: readonly Touchpoint[]) => evaluate(program, touchpoints, view);

  if (cli.json) {
    if (histories.size === 1)
      for (const history of histories.values()) await printJson(cli, toDocument(evaluated(history)));
    else await printNdjson(cli, documents(histories, evaluated));
    return;
  }
  const { name, version } = rulesetName(ruleset, rulesetHash(ruleset));
  cli.print(cli.style.dim(`ruleset ${name} ${version}`));
  for (const [customer, history] of histories) {
    const lines = relationshipLines(customer, evaluated(history), view.knownAt, { ...cli, language: 'en' });
    cli.print(`\n${lines.join('\n')}`);
  }
  if (histories.size === 0) cli.note(`${options.touchpoints} holds no touchpoints.`);
};

function* documents(
  histories: ReadonlyMap<string, readonly Touchpoint[]>,
  evaluated: (touchpoints: readonly Touchpoint[]) => ReturnType<typeof evaluate>,
): Generator<unknown> {
  for (const [customer, history] of histories) yield { customer, ...toDocument(evaluated(history)) };
}
