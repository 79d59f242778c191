import {
  compileRuleset,
  evaluate,
  type Identities,
  identitiesOf,
  identityLinkOf,
  type Program,
  rulesetHash,
  type Touchpoint,
  toDocument,
  type View,
} from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { type Cli, printJson, printNdjson } from '../cli';
import { viewFrom } from '../instant-options';
import { mergedLines } from '../output/merged-customers';
import { relationshipLines } from '../output/relationship';
import { catalogueOf, rulesetFrom } from '../rulesets';
import { readHistories } from '../touchpoint-file';

export interface EvaluateOptions {
  readonly ruleset: string;
  readonly touchpoints: string;
  readonly asOf: string;
  readonly knownAt?: string;
}

type Histories = ReadonlyMap<string, readonly Touchpoint[]>;

/** Histories by survivor: a customer who is merged under the view has no history of their own. */
const unite = (read: Histories, view: View): { readonly histories: Histories; readonly identities: Identities } => {
  const links = [...read.values()].flatMap((history) => history.flatMap((one) => identityLinkOf(one) ?? []));
  const identities = identitiesOf(links, view);
  if (identities.united.length === 0) return { histories: read, identities };
  const histories = new Map<string, Touchpoint[]>();
  for (const [customer, history] of read) {
    const survivor = identities.survivorOf(customer);
    const known = histories.get(survivor);
    if (known === undefined) histories.set(survivor, [...history]);
    else for (const one of history) known.push(one);
  }
  return { histories, identities };
};

/** `rapport evaluate`: the pure function on a file; reads no clock and no store. */
export const evaluateCommand = async (cli: Cli, options: EvaluateOptions): Promise<void> => {
  const view = viewFrom(options);
  const ruleset = rulesetFrom(cli, options.ruleset);
  const read = await readHistories(cli, options.touchpoints, catalogueOf(ruleset));
  const { histories, identities } = unite(read, view);
  const program: Program = compileRuleset(ruleset);
  const evaluated = (touchpoints: readonly Touchpoint[]) => evaluate(program, touchpoints, view);

  if (cli.json) {
    if (read.size === 1) for (const history of histories.values()) await printJson(cli, toDocument(evaluated(history)));
    else await printNdjson(cli, documents(histories, identities, evaluated));
    return;
  }
  const { name, version } = rulesetName(ruleset, rulesetHash(ruleset));
  cli.print(cli.style.dim(`ruleset ${name} ${version}`));
  for (const [customer, history] of histories) {
    const lines = relationshipLines(customer, evaluated(history), view.knownAt, cli);
    const [head, ...rest] = lines;
    const merged = { customer, mergedCustomers: identities.membersOf(customer).slice(1) };
    cli.print(`\n${[head, ...mergedLines(merged, cli), ...rest].join('\n')}`);
  }
  if (histories.size === 0) cli.note(`${options.touchpoints} holds no touchpoints.`);
};

function* documents(
  histories: Histories,
  identities: Identities,
  evaluated: (touchpoints: readonly Touchpoint[]) => ReturnType<typeof evaluate>,
): Generator<unknown> {
  for (const [customer, history] of histories) {
    const mergedCustomers = identities.membersOf(customer).slice(1);
    yield {
      customer,
      ...(mergedCustomers.length === 0 ? undefined : { mergedCustomers }),
      ...toDocument(evaluated(history)),
    };
  }
}
