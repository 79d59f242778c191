import { shellWord, withStore } from '@rapport/data-directory';
import type { Ruleset } from '@rapport/domain';
import type { ChangeEvent, ChangeFilter } from '@rapport/engine';
import type { EventLog, Position } from '@rapport/event-log';
import { type Cli, DEFAULT_DATA } from '../cli';
import { type ChangeFilterOptions, changeFilterFrom } from '../declare/change-filters';
import { CommandError } from '../exit';
import { changeLine } from '../output/change';
import { refuseUnknownInFilter } from '../store/known-names';

export interface WatchOptions extends ChangeFilterOptions {
  readonly after?: string;
  readonly url?: string;
  readonly key?: string;
}

/** The word for the beginning of the log. */
const START = 'start';

/** The last cursor, for the hint on how to continue. */
interface Place {
  cursor: string;
}

/** `rapport watch`: stage changes as they happen, until Ctrl-C. */
export const watchCommand = async (cli: Cli, options: WatchOptions): Promise<void> => {
  const url = options.url ?? (process.env.RAPPORT_URL || undefined);
  const filter = changeFilterFrom(options) ?? {};
  const place: Place = { cursor: '' };
  await (url === undefined ? watchStore(cli, options, filter, place) : watchServer(cli, url, options, filter, place));
  if (place.cursor !== '')
    cli.note(`To go on from here: rapport watch${sameAgain(cli.data, options)} --after ${place.cursor}`);
};

/** The options that ask for the same again; keys are not repeated on a screen. */
export const sameAgain = (data: string, { after: _after, key: _key, url, ...filters }: WatchOptions): string => {
  const where = data === (process.env.RAPPORT_DATA || DEFAULT_DATA) || url !== undefined ? [] : [data];
  const given = { data: where, url: url === undefined ? [] : [url], ...filters };
  return Object.entries(given)
    .flatMap(([name, values = []]) => values.map((value) => ` --${name} ${shellWord(value)}`))
    .join('');
};

const tell = async (
  cli: Cli,
  cursor: string,
  event: ChangeEvent,
  ruleset: Pick<Ruleset, 'factors' | 'metrics'>,
): Promise<void> =>
  cli.write(cli.json ? `${JSON.stringify({ ...event, cursor })}\n` : `${changeLine(event, ruleset, cli)}\n`);

const watchStore = (cli: Cli, { after }: WatchOptions, filter: ChangeFilter, place: Place): Promise<void> =>
  withStore(cli.data, async ({ log, ruleset }) => {
    refuseUnknownInFilter(filter, ruleset);
    const begin = after === undefined ? await log.head() : await positionIn(log, after);
    place.cursor = begin ?? START;
    if (after === undefined) cli.note(`Watching ${cli.data} from now on; Ctrl-C ends.`);
    const { createChangeFeed } = require('@rapport/engine') as typeof import('@rapport/engine');
    const feed = createChangeFeed(log);
    const looked = (cursor: string): void => {
      place.cursor = cursor;
    };
    try {
      for await (const page of feed.follow({ after: begin, filter, signal: cli.signal, looked }))
        for (const { cursor, event } of page.changes) {
          if (cli.signal.aborted) return;
          await tell(cli, cursor, event, ruleset);
          place.cursor = cursor;
        }
    } finally {
      await feed.close();
    }
  });

/** @throws CommandError for what the log did not give */
const positionIn = async (log: EventLog, cursor: string): Promise<Position | undefined> => {
  if (cursor === START || cursor === '') return undefined;
  const position = log.parsePosition(cursor);
  if (position === undefined)
    throw new CommandError(`--after ${cursor}: not a cursor. Pass one that Rapport printed, unchanged, or ${START}.`);
  const end = await log.head();
  if (end === undefined || position > end)
    throw new CommandError(`--after ${cursor}: this cursor lies beyond the end of the log: it is of another log.`);
  return position;
};

/** A subscriber's key may not read rulesets: labels are then the ids. */
const NO_LABELS = { factors: {}, metrics: {} };

const watchServer = async (
  cli: Cli,
  url: string,
  { after, key = process.env.RAPPORT_KEY || undefined }: WatchOptions,
  filter: ChangeFilter,
  place: Place,
): Promise<void> => {
  const { createRapportClient } = require('@rapport/client') as typeof import('@rapport/client');
  const cursorStore = {
    load: async () => after,
    save: async (cursor: string) => {
      if (place.cursor === '' && after === undefined) cli.note(`Watching ${url} from now on; Ctrl-C ends.`);
      place.cursor = cursor;
    },
  };
  place.cursor = after ?? '';
  try {
    const client = createRapportClient({ baseUrl: url, key });
    const changes = client.stageChanges({
      filter,
      cursorStore,
      signal: cli.signal,
      onReconnect: ({ reason, failures }) => {
        if (failures === 1 || cli.verbose) cli.note(`${reason.replace(/\.$/, '')}. Trying again; nothing is lost.`);
      },
    });
    for await (const { cursor, event } of changes) {
      await tell(cli, cursor, event, NO_LABELS);
      place.cursor = cursor;
    }
  } catch (error) {
    const { name, message } = error as Error;
    throw name === 'RapportProblem' || name === 'TypeError' ? new CommandError(message) : error;
  }
};
