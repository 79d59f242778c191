import { type ReadingStore, withStore } from '@rapport/data-directory';
import { caseBoardDocument, casePlace, casePromises, compareCasePlaces, timedCase } from '@rapport/engine';
import type { Cli } from '../cli';
import { askEngine, type EngineOptions, engineUrl, queryOf } from '../engine-elsewhere';
import { CommandError } from '../exit';
import { day, shortSpan } from '../output/instants';
import { type ListOptions, type Page, printPages } from '../output/pages';
import { plain, type Style, shorten } from '../output/style';
import { table } from '../output/table';
import { readModelOf } from '../store/read-model';

export interface CasesOptions extends EngineOptions, ListOptions {
  readonly customer?: string;
  readonly overdue?: true;
  readonly closed?: true;
}

type Listed = ReturnType<typeof caseBoardDocument>;
type Pages = (after: string | undefined, limit: number) => Promise<Page<Listed>>;

/** `rapport cases`: the complaint board now, of this store or of an engine elsewhere. */
export const casesCommand = async (cli: Cli, options: CasesOptions): Promise<void> => {
  if (options.closed === true && options.overdue === true)
    throw new CommandError('--closed and --overdue: nothing about a closed case is overdue. Give one of them.');
  const url = engineUrl(options);
  const list = (page: Pages) => printPages(cli, options, page, (listed, titled) => lines(cli, listed, titled));
  const printed =
    url === undefined
      ? await withStore(cli.data, async (store) =>
          list(options.closed === true ? closedIn(store, options) : openIn(store, options)),
        )
      : await list(casesOver(cli, url, options));
  if (printed === 0) cli.print('There is no such case.');
};

/** All that are open are looked at, and sorted once: which of them stand first is a matter of now. */
const openIn = (store: ReadingStore, { customer, overdue }: CasesOptions): Pages => {
  const { ruleset, now } = store;
  const promises = casePromises(ruleset);
  const board = readModelOf(store)
    .then((readModel) => readModel.cases({ open: true, customer }))
    .then((cases) =>
      cases
        .map((one) => timedCase(one, promises, now))
        .filter(({ since }) => overdue === undefined || since !== undefined)
        .map((one) => ({ one, place: casePlace(one) }))
        .sort((a, b) => compareCasePlaces(a.place, b.place)),
    );
  return async (after, limit) => {
    const from = Number(after ?? 0);
    const all = await board;
    return {
      documents: all.slice(from, from + limit).map(({ one }) => caseBoardDocument(one, now)),
      next: all.length > from + limit ? String(from + limit) : undefined,
    };
  };
};

const closedIn = (store: ReadingStore, { customer }: CasesOptions): Pages => {
  const { ruleset, now } = store;
  const promises = casePromises(ruleset);
  return async (after, limit) => {
    const readModel = await readModelOf(store);
    const last = after === undefined ? undefined : (JSON.parse(after) as LastCase);
    const cases = await readModel.cases({ open: false, customer, after: last, limit: limit + 1 });
    const page = cases.slice(0, limit);
    const { openedAt, customer: whose, caseId } = page[page.length - 1] ?? {};
    return {
      documents: page.map((one) => caseBoardDocument(timedCase(one, promises, now), now)),
      next: cases.length > limit ? JSON.stringify({ openedAt, customer: whose, caseId }) : undefined,
    };
  };
};

interface LastCase {
  readonly openedAt: number;
  readonly customer: string;
  readonly caseId: string;
}

const casesOver =
  (cli: Cli, url: string, options: CasesOptions): Pages =>
  async (after, limit) => {
    const { customer, overdue, closed } = options;
    const query = queryOf({ open: closed !== true, customer, overdue, after, limit });
    const { cases, next } = await askEngine<{ readonly cases: readonly Listed[]; readonly next?: string }>(
      cli,
      url,
      options,
      `/v1/cases${query}`,
    );
    return { documents: cases, next };
  };

const SECOND = 1_000;

/** The most urgent deadline of a case, or how it ended. */
const stateOf = ({ open, outcome, overdueSince, clocks }: Listed, style: Style): string => {
  if (!open) return outcome === undefined ? 'closed' : plain(`closed: ${outcome}`);
  const named = (wanted: 'overdue' | 'running') => clocks.find(({ state }) => state === wanted);
  if (overdueSince !== undefined)
    return style.red(plain(`overdue since ${day(Date.parse(overdueSince))}: ${named('overdue')?.label ?? ''}`));
  const running = named('running');
  return running === undefined ? 'open' : plain(`until ${day(Date.parse(running.deadline))}: ${running.label}`);
};

const lines = ({ style, width }: Cli, listed: readonly Listed[], titled: boolean): string => {
  const titles = ['customer', 'case', 'opened', 'age', 'severity', 'what presses'];
  const rows = listed.map((one) => [
    shorten(plain(one.customer), 32),
    shorten(plain(one.caseId), 32),
    day(Date.parse(one.openedAt)),
    shortSpan(one.ageSeconds * SECOND),
    plain(String(one.severity ?? '')),
    stateOf(one, style),
  ]);
  const widthOf = (title: string, i: number): number =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)) + 2;
  const taken = titles
    .slice(0, -1)
    .map(widthOf)
    .reduce((sum, one) => sum + one, 0);
  return table(
    titles.map((title, i) => ({
      title: titled ? title : '',
      align: i === 3 ? ('right' as const) : ('left' as const),
      ...(i === 5 ? { width: Math.max(24, width - taken) } : undefined),
    })),
    rows,
    { head: style.dim },
  );
};
