import { type ReadingStore, withStore } from '@rapport/data-directory';
import { listedCustomer } from '@rapport/engine';
import type { Cli } from '../cli';
import { askEngine, type EngineOptions, engineUrl, queryOf } from '../engine-elsewhere';
import { CommandError } from '../exit';
import { day } from '../output/instants';
import { whole } from '../output/numbers';
import { type ListOptions, type Page, printPages } from '../output/pages';
import { plain, shorten } from '../output/style';
import { table } from '../output/table';
import { refuseUnknown } from '../store/known-names';
import { readModelOf } from '../store/read-model';

interface Filter {
  readonly stage?: string;
  readonly signal?: string;
  readonly q?: string;
  readonly factor?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface CustomersOptions extends Filter, EngineOptions, ListOptions {}

type Listed = ReturnType<typeof listedCustomer>;

/** `rapport customers`: who stands where now, of this store or of an engine elsewhere. */
export const customersCommand = async (cli: Cli, options: CustomersOptions): Promise<void> => {
  const { factor, atLeast, atMost } = options;
  if ((factor === undefined) !== (atLeast === undefined && atMost === undefined))
    throw new CommandError('--factor and --at-least or --at-most go together: which score, and its bounds.');
  const url = engineUrl(options);
  const list = (page: (after: string | undefined, limit: number) => Promise<Page<Listed>>) =>
    printPages(cli, options, page, (listed, titled) => lines(cli, listed, titled));
  const printed =
    url === undefined
      ? await withStore(cli.data, async (store) => list(pagesOf(store, options)))
      : await list(pagesOver(cli, url, options));
  if (printed === 0) cli.print('There is no such customer.');
};

const pagesOf = (store: ReadingStore, { stage, signal, q, factor, atLeast, atMost }: CustomersOptions) => {
  const { program, now } = store;
  refuseUnknown(
    'stage',
    stage === undefined ? [] : [stage],
    program.stages.map(({ id }) => id),
  );
  refuseUnknown(
    'signal',
    signal === undefined ? [] : [signal],
    program.signals.map(({ id }) => id),
  );
  refuseUnknown(
    'factor',
    factor === undefined ? [] : [factor],
    program.factors.map(({ id }) => id),
  );
  return async (after: string | undefined, limit: number): Promise<Page<Listed>> => {
    const { customers, next } = await (await readModelOf(store)).customers({
      stage,
      signal,
      text: q,
      ...(factor === undefined ? undefined : { factor: { id: factor, atLeast, atMost, at: now } }),
      after,
      limit,
    });
    return { documents: customers.map((one) => listedCustomer(one, program, now)), next };
  };
};

const pagesOver =
  (cli: Cli, url: string, options: CustomersOptions) =>
  async (after: string | undefined, limit: number): Promise<Page<Listed>> => {
    const { stage, signal, q, factor, atLeast, atMost } = options;
    const query = queryOf({ stage, signal, q, factor, atLeast, atMost, after, limit });
    const { customers, next } = await askEngine<{ readonly customers: readonly Listed[]; readonly next?: string }>(
      cli,
      url,
      options,
      `/v1/customers${query}`,
    );
    return { documents: customers, next };
  };

const lines = ({ style }: Cli, listed: readonly Listed[], titled: boolean): string =>
  table(
    [
      { title: titled ? 'customer' : '' },
      { title: titled ? 'stage' : '' },
      { title: titled ? 'since' : '' },
      { title: titled ? 'touchpoints' : '', align: 'right' },
      { title: titled ? 'last' : '' },
      { title: titled ? 'signals' : '' },
    ],
    listed.map(({ customer, stage, since, touchpoints, lastTouchpointAt, signals }) => [
      shorten(plain(customer), 60),
      plain(stage),
      day(Date.parse(since)),
      whole(touchpoints),
      day(Date.parse(lastTouchpointAt)),
      style.yellow(plain(signals.map(({ signal }) => signal).join(', '))),
    ]),
    { head: style.dim },
  );
