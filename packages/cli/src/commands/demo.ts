import {
  type DataDirectory,
  type DemoMarker,
  hasStore,
  type ReadingStore,
  readDemoMarker,
  storeToFill,
  withStore,
} from '@rapport/data-directory';
import { formatInstant } from '@rapport/domain';
import { historyOf } from '@rapport/engine';
import { openSqliteEventLog } from '@rapport/event-log';
import { type Cli, DEFAULT_DATA, printJson } from '../cli';
import { caseStory } from '../demo/case-story';
import { DEMO_SEED, fillDemo } from '../demo/fill';
import { populationLines } from '../demo/population';
import { lateLines, thenAndNow } from '../demo/then-and-now';
import { CommandError, interruptible } from '../exit';
import { day } from '../output/instants';
import { counted } from '../output/numbers';
import { type SettingOptions, settingsOf } from '../settings';

const YEAR = 365 * 86_400_000;
const RESUME = 'To go on, run the same command again: what is recorded is recognised.';

export interface DemoOptions extends SettingOptions {
  readonly customers: number;
  /** False with `--no-serve`. */
  readonly serve?: boolean;
}

/** In a demo the requests are one's own: only what goes wrong is worth a line. */
const QUIET = [{ name: 'log.level', value: 'warn', source: 'default', place: '' }] as const;

/** `rapport demo`: a simulated company in a fresh store, what Rapport makes of it, and the engine that serves it. */
export const demoCommand = async (cli: Cli, options: DemoOptions): Promise<void> => {
  if (cli.json || options.serve === false) return showDemo(cli, options);
  // What is wrong with the settings is better known before the store is filled.
  const { config } = settingsOf(cli, options, QUIET);
  await showDemo({ ...cli, data: config.data }, options);
  cli.signal.throwIfAborted();
  cli.print('');
  await (require('@rapport/engine-service') as typeof import('@rapport/engine-service')).serve(config, cli);
};

const showDemo = async (cli: Cli, { customers }: DemoOptions): Promise<void> => {
  const files = storeToFill(cli.data);
  const marker = readDemoMarker(files);
  if (marker === undefined && hasStore(files) && !(await isEmpty(files)))
    throw new CommandError(
      `${cli.data} holds a store that is not the demo's; it is left alone. Name a fresh directory: rapport demo --data DIR`,
    );
  if (marker !== undefined && (marker.customers !== customers || marker.seed !== DEMO_SEED))
    throw new CommandError(
      `${cli.data} holds a demo of ${counted(marker.customers, 'customer')}. Show that one (--customers ${marker.customers}), or name a fresh directory with --data.`,
    );
  const filled =
    marker?.picks === undefined ? await interruptible(RESUME, () => fillDemo(cli, files, customers)) : marker;
  await withStore(cli.data, (store) => tell(cli, store, filled));
};

/** An import that found nothing leaves a store without touchpoints behind. */
const isEmpty = async ({ events }: DataDirectory): Promise<boolean> => {
  const log = await openSqliteEventLog(events, { mode: 'read' });
  try {
    const { customer, staff } = (await log.count()).byCategory;
    return (customer?.events ?? 0) + (staff?.events ?? 0) === 0;
  } finally {
    await log.close();
  }
};

const tell = async (cli: Cli, store: ReadingStore, { today, picks = {}, customers }: DemoMarker): Promise<void> => {
  const { log, program, ruleset } = store;
  const yearAgo = today - YEAR;
  const readModel = await store.readModel();
  const touchpoints = (await log.count()).byCategory.customer?.events ?? 0;
  if (cli.json)
    return printJson(cli, {
      data: cli.data,
      customers,
      touchpoints,
      today: formatInstant(today),
      population: { yearAgo: await readModel.population(yearAgo), today: await readModel.population(today) },
      flows: await readModel.flows({ from: yearAgo, to: today }),
      picks,
    });
  const { style } = cli;
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) cli.print(`\n${lines.join('\n')}`);
  };
  cli.print(
    `${style.bold('Rapport')}  a simulated company: ${counted(customers, 'customer')}, two years, ${counted(touchpoints, 'touchpoint')}; today is ${day(today)}`,
  );
  say(await populationLines(readModel, ruleset, { yearAgo, today }, cli));
  const storyOf = async (title: string, customer: string | undefined): Promise<readonly string[]> =>
    customer === undefined ? [] : caseStory(title, customer, program, await historyOf(log, customer), today, cli);
  say(await storyOf('A complaint handled well', picks.well));
  say(await storyOf('A complaint handled badly', picks.badly));
  if (picks.badly !== undefined)
    say(thenAndNow(picks.badly, program, await historyOf(log, picks.badly), { yearAgo, today }, cli));
  const { late } = picks;
  if (late !== undefined) say(lateLines(late.customer, program, await historyOf(log, late.customer), late.at, cli));
  say(nextLines(cli, store, { today, yearAgo }, picks));
};

const nextLines = (
  cli: Cli,
  { program }: ReadingStore,
  { yearAgo }: { readonly today: number; readonly yearAgo: number },
  { well, badly, late }: NonNullable<DemoMarker['picks']>,
): readonly string[] => {
  const command = process.env.npm_lifecycle_event === undefined ? 'rapport' : 'npx rapport';
  const where = cli.data === DEFAULT_DATA ? '' : ` --data ${cli.data}`;
  const lines: readonly (readonly [line: string, what: string])[] = [
    ...(well === undefined ? [] : [[`show ${well}`, 'the whole relationship'] as const]),
    ...(badly === undefined
      ? []
      : [
          [`why ${badly} --factor satisfaction`, 'every point of a score, and its reason'] as const,
          [`show ${badly} --as-of ${day(yearAgo)}`, 'the same a year ago'] as const,
        ]),
    ...(late === undefined
      ? []
      : [
          [
            `show ${late.customer} --as-of ${day(late.at)} --known-at ${day(late.at)}`,
            'as it was believed to be',
          ] as const,
          [`timeline ${late.customer}`, 'what happened, what was late'] as const,
        ]),
    [`replay --as-of ${day(yearAgo)}`, 'the population of any day, from the log'],
    [`ruleset show`, `the rules, ${counted(program.ruleset.stages.length, 'stage')} of them`],
  ];
  const longest = Math.max(...lines.map(([line]) => line.length + where.length));
  return [
    cli.style.bold('Try next'),
    ...lines.map(([line, what]) => `  ${command} ${`${line}${where}`.padEnd(longest)}  ${cli.style.dim(what)}`),
  ];
};
