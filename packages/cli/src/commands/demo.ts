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
import { openEventLog } from '@rapport/event-log';
import { type Cli, DEFAULT_DATA, printJson } from '../cli';
import { caseStory } from '../demo/case-story';
import { DEMO_SEED, fillDemo } from '../demo/fill';
import { populationLines } from '../demo/population';
import { lateLines, thenAndNow } from '../demo/then-and-now';
import { CommandError, interruptible } from '../exit';
import { instantFrom } from '../instant-options';
import { commandLine } from '../output/command-line';
import { day } from '../output/instants';
import { counted } from '../output/numbers';
import { table } from '../output/table';
import { type SettingOptions, settingsOf } from '../settings';

const YEAR = 365 * 86_400_000;
const RESUME = 'To go on, run the same command again: what is recorded is recognised.';

export interface DemoOptions extends SettingOptions {
  readonly customers: number;
  readonly seed: number;
  readonly until?: string;
  /** False with `--no-serve`. */
  readonly serve?: boolean;
}

/** In a demo the requests are one's own: only what goes wrong is worth a line. */
const QUIET = [{ name: 'log.level', value: 'warn', source: 'default', place: '' }] as const;

/** `rapport demo`: a simulated company in a fresh store, what Rapport makes of it, and the engine that serves it. */
export const demoCommand = async (cli: Cli, options: DemoOptions): Promise<void> => {
  if (cli.json || options.serve === false) return showDemo(cli, options);
  // Errors in the settings are better known before the store is filled.
  const { config } = settingsOf(cli, options, QUIET);
  await showDemo({ ...cli, data: config.data }, options);
  cli.signal.throwIfAborted();
  cli.print('');
  await (require('@rapport/engine-service') as typeof import('@rapport/engine-service')).serve(config, cli);
};

const showDemo = async (cli: Cli, { customers, seed, until: typed }: DemoOptions): Promise<void> => {
  const until = instantFrom('--until', typed);
  if (until !== undefined && until > Date.now())
    throw new CommandError(`--until ${typed}: this lies ahead. A history ends now at the latest.`);
  const files = storeToFill(cli.data);
  const marker = readDemoMarker(files);
  if (marker === undefined && hasStore(files) && !(await isEmpty(files)))
    throw new CommandError(
      `${cli.data} holds a store that is not the demo's; it is left alone. Name a fresh directory: rapport demo --data DIR`,
    );
  if (marker !== undefined && !isOf(marker, { customers, seed, until }))
    throw new CommandError(
      `${cli.data} holds a demo of ${counted(marker.customers, 'customer')}. Show that one (${sameAgain(marker)}), or name a fresh directory with --data.`,
    );
  if (marker?.today !== undefined && until === undefined)
    cli.note(
      `The clock of this demo stands at ${formatInstant(marker.today)}: what is sent today lies ahead of it. For a company whose history ends now, name a fresh directory with --data.`,
    );
  const filled =
    marker?.picks === undefined
      ? await interruptible(RESUME, () =>
          fillDemo(cli, files, marker ?? { customers, seed, until: until ?? Date.now(), today: until }),
        )
      : marker;
  await withStore(cli.data, (store) => tell(cli, store, filled));
};

/** Whether a demo that is there is the one that is asked for; without `until`, whenever its history ends. */
const isOf = (
  marker: DemoMarker,
  { customers, seed, until }: { readonly customers: number; readonly seed: number; readonly until?: number },
): boolean => marker.customers === customers && marker.seed === seed && (until === undefined || marker.today === until);

/** The options that name a demo that is there. */
const sameAgain = ({ customers, seed, today }: DemoMarker): string =>
  [
    `--customers ${customers}`,
    ...(seed === DEMO_SEED ? [] : [`--seed ${seed}`]),
    ...(today === undefined ? [] : [`--until ${formatInstant(today)}`]),
  ].join(' ');

/** An import that found nothing leaves a store without touchpoints behind. */
const isEmpty = async ({ eventLog }: DataDirectory): Promise<boolean> => {
  const log = await openEventLog(eventLog, { mode: 'read' });
  try {
    const { customer, staff } = (await log.count()).byCategory;
    return (customer?.events ?? 0) + (staff?.events ?? 0) === 0;
  } finally {
    await log.close();
  }
};

const tell = async (
  cli: Cli,
  store: ReadingStore,
  { until: today, seed, picks = {}, customers }: DemoMarker,
): Promise<void> => {
  const { log, program, ruleset } = store;
  const yearAgo = today - YEAR;
  const readModel = await store.readModel();
  const touchpoints = (await log.count()).byCategory.customer?.events ?? 0;
  if (cli.json)
    return printJson(cli, {
      data: cli.data,
      customers,
      seed,
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
    `${style.bold('Rapport')}  a simulated company: ${counted(customers, 'customer')}, two years until ${day(today)}, ${counted(touchpoints, 'touchpoint')}`,
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
  const here = { dataFlag: cli.data === DEFAULT_DATA ? undefined : cli.data, tzFlag: cli.tzFlag };
  const lines: readonly (readonly [words: string, what: string])[] = [
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
  const told = lines.map(([words, what]) => [commandLine(here, ...words.split(' ')), cli.style.dim(what)]);
  return [cli.style.bold('Try next'), table([{ title: '' }, { title: '' }], told, { indent: 2 })];
};
