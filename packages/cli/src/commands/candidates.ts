import { withStore } from '@rapport/data-directory';
import { formatInstant } from '@rapport/domain';
import { candidatesFor } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { loadCrossSell } from '../cross-sell';
import { CommandError } from '../exit';
import { candidateLines } from '../output/candidates';
import { headLine, section } from '../output/relationship';
import { evaluateCustomer } from '../store/customer';

/** `rapport candidates`. */
export const candidatesCommand = (
  cli: Cli,
  customer: string,
  { asOf, limit }: { readonly asOf?: string; readonly limit: number },
): Promise<void> =>
  withStore(cli.data, async (store) => {
    const { evaluation, touchpoints } = await evaluateCustomer(store, customer, { asOf });
    const reply = await candidatesFor(() => loadCrossSell(store.files), evaluation, touchpoints, {
      limit,
      language: 'en',
    });
    if (reply === undefined)
      throw new CommandError(`${store.files.crossSell} is missing: it is made by importing, or by "rapport rebuild".`);
    if (cli.json) return printJson(cli, { customer, asOf: formatInstant(evaluation.asOf), ...reply });
    const look = { ...cli, language: 'en' as const };
    cli.print(headLine(customer, { asOf: evaluation.asOf, knownAt: undefined }, look));
    cli.print(section('Cross-sell candidates', candidateLines(reply, look), look).join('\n'));
  });
