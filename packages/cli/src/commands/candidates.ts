import { withStore } from '@rapport/data-directory';
import { candidatesFor, subjectDocument } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { loadCrossSell } from '../cross-sell';
import { CommandError } from '../exit';
import { candidateLines } from '../output/candidates';
import { mergedLines } from '../output/merged-customers';
import { headLine, section } from '../output/relationship';
import { wordsIn } from '../output/words';
import { evaluateCustomer } from '../store/customer';

export interface CandidatesOptions {
  readonly asOf?: string;
  readonly limit: number;
}

/** `rapport candidates`. */
export const candidatesCommand = (cli: Cli, askedFor: string, { asOf, limit }: CandidatesOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const found = await evaluateCustomer(cli, store, askedFor, { asOf });
    const { evaluation, touchpoints, subject } = found;
    const reply = await candidatesFor(() => loadCrossSell(store.files), evaluation, touchpoints, {
      limit,
      language: cli.language,
    });
    if (reply === undefined)
      throw new CommandError(`${store.files.crossSell} is missing: it is made by importing, or by "rapport rebuild".`);
    if (cli.json) {
      const { ruleset: _, ...about } = subjectDocument(subject, evaluation);
      return printJson(cli, { ...about, ...reply });
    }
    const head = headLine(found.customer, { asOf: evaluation.asOf, knownAt: undefined }, cli);
    cli.print([head, ...mergedLines(found, cli)].join('\n'));
    cli.print(section(wordsIn(cli.language).candidates, candidateLines(reply, cli), cli).join('\n'));
  });
