import { availableParallelism } from 'node:os';
import { withStore } from '@rapport/data-directory';
import { compileRuleset, conditionsText, formatInstant, type Ruleset, rulesetHash } from '@rapport/domain';
import {
  type ComparisonReport,
  compareRulesets,
  type RelationshipAt,
  type ReplayOptions,
  type ReplayReport,
  replay,
} from '@rapport/engine';
import type { ExportFormat } from '@rapport/files';
import { type Cli, printJson } from '../cli';
import { CommandError, EXIT, type ExitCode, interruptible } from '../exit';
import { type ViewOptions, viewFrom } from '../instant-options';
import { formatByName } from '../output/export-format';
import { checkWritable } from '../output/file-out';
import { day, elapsed, minute, minuteWithOffset } from '../output/instants';
import { counted, percent, whole } from '../output/numbers';
import { populationChange, populationTable, stageLabelIn, transitionMatrix } from '../output/population';
import { section } from '../output/relationship';
import { plain } from '../output/style';
import { table } from '../output/table';
import { usedRulesetLine } from '../output/used-ruleset';
import { pulled } from '../pulled';
import { relationshipColumns, relationshipRow } from '../relationship-rows';
import { type Rules, rulesFor } from '../store/rules';

export interface ReplayCommandOptions extends ViewOptions {
  readonly ruleset?: string;
  readonly workers?: number;
  readonly compare?: true;
  readonly limit: number;
  readonly out?: string;
}

/** @throws CommandError for options that do not go together */
const refuseMismatched = ({ compare, ruleset, out }: ReplayCommandOptions): void => {
  if (compare === true && ruleset === undefined)
    throw new CommandError('--compare: name the ruleset to compare with the one in force: --ruleset FILE --compare');
  if (compare === true && out !== undefined)
    throw new CommandError(
      '--out writes where each customer stands under one ruleset. Give it without --compare, once for each.',
    );
};

/** `rapport replay`: what the log says under a ruleset, without touching anything. */
export const replayCommand = (cli: Cli, options: ReplayCommandOptions): Promise<ExitCode> =>
  withStore(cli.data, async (store) => {
    refuseMismatched(options);
    const { compare, out, limit } = options;
    const format = out === undefined ? undefined : formatByName('--out', out);
    if (out !== undefined) checkWritable(out);
    const { asOf = store.now, knownAt } = viewFrom(options);
    const rules = await rulesFor(cli, store, { knownAt, ruleset: options.ruleset });
    const { byCategory } = await store.log.count();
    const total = byCategory.customer?.events ?? 0;
    const progress = cli.progress('replaying', 'touchpoints');
    let done = 0;
    const common = {
      log: store.files.eventLog,
      asOf,
      knownAt,
      workers: options.workers ?? availableParallelism(),
      signal: cli.signal,
      onProgress: (touchpoints: number) => {
        done += touchpoints;
        progress.update(done, total);
      },
    };
    try {
      return await interruptible('Nothing was touched; run the same command again.', async () => {
        if (compare === true) {
          // With the rules in force, or, as known at an instant, those in force then.
          const before = await rulesFor(cli, store, { knownAt });
          const report = await compareRulesets({
            ...common,
            ruleset: before.ruleset,
            other: rules.ruleset,
            listed: limit,
          });
          progress.stop();
          return await printComparison(cli, before, rules.ruleset, report);
        }
        const replayed = { ...common, ruleset: rules.ruleset };
        const report = await (out === undefined || format === undefined
          ? replay(replayed)
          : replayInto(out, format, replayed));
        progress.stop();
        await printReplay(cli, rules, report, { asOf, knownAt, out });
        return EXIT.done;
      });
    } finally {
      progress.stop();
    }
  });

const printReplay = async (
  cli: Cli,
  { ruleset, used }: Rules,
  report: ReplayReport,
  { asOf, knownAt, out }: { readonly asOf: number; readonly knownAt?: number; readonly out?: string },
): Promise<void> => {
  if (cli.json)
    return printJson(cli, { ...report, ruleset: used, asOf: formatInstant(asOf), knownAt: known(knownAt), out });
  const { touchpoints, customers, milliseconds, parked } = report;
  cli.print(head(cli, `${ruleset.ruleset} ${ruleset.version}`, asOf, knownAt));
  cli.print(`\n${populationTable(ruleset, report.population, cli)}\n`);
  const rate = whole((touchpoints / Math.max(1, milliseconds)) * 1000);
  const notFolded = parked > 0 ? `, ${whole(parked)} could not be folded` : '';
  cli.print(
    cli.style.dim(
      `${counted(customers, 'customer')}, ${counted(touchpoints, 'touchpoint')} folded in ${elapsed(milliseconds)} (${rate}/s)${notFolded}`,
    ),
  );
  if (out !== undefined) cli.note(`${counted(customers, 'row')} in ${out}`);
  cli.print(usedRulesetLine(used, cli));
};

/** The replay, each customer of which is written on the way; the file appears whole or not at all. */
const replayInto = async (file: string, format: ExportFormat, options: ReplayOptions): Promise<ReplayReport> => {
  let report: ReplayReport | undefined;
  const pages = pulled<readonly RelationshipAt[]>(async (onRelationships, signal) => {
    report = await replay({ ...options, signal, onRelationships });
  }, options.signal!);
  async function* rows() {
    for await (const page of pages) yield page.map(relationshipRow);
  }
  // Writing tables loads DuckDB, which no other replay needs.
  const { writeRows } = require('@rapport/files') as typeof import('@rapport/files');
  await writeRows(rows(), relationshipColumns(compileRuleset(options.ruleset)), file, format, {
    signal: options.signal,
  });
  return report!;
};

const known = (knownAt: number | undefined): string | undefined =>
  knownAt === undefined ? undefined : formatInstant(knownAt);

const head = ({ style }: Cli, what: string, asOf: number, knownAt: number | undefined): string =>
  `${style.bold(plain(what))}  ${style.dim(`as of ${minuteWithOffset(asOf)}${knownAt === undefined ? '' : `, known at ${minute(knownAt)}`}`)}`;

const printComparison = async (
  cli: Cli,
  { ruleset: before, used }: Rules,
  after: Ruleset,
  report: ComparisonReport,
): Promise<ExitCode> => {
  const { customers, changed, asOf, knownAt, transitions, customersListed, population, parked } = report;
  const exitCode = changed > 0 ? EXIT.no : EXIT.done;
  if (cli.json) {
    await printJson(cli, {
      ...report,
      before: used,
      asOf: formatInstant(asOf),
      knownAt: known(knownAt),
      customersListed: customersListed.map((one) => ({ ...one, since: formatInstant(one.since) })),
    });
    return exitCode;
  }
  const { style } = cli;
  cli.print(head(cli, `${before.ruleset} ${before.version} → ${after.ruleset} ${after.version}`, asOf, knownAt));
  if (rulesetHash(before) === rulesetHash(after)) cli.note('Both are the same ruleset.');
  const share = customers === 0 ? '' : ` (${percent(changed / customers)})`;
  cli.print(`\n${style.bold(whole(changed))} of ${counted(customers, 'customer')} would change stage${share}\n`);
  cli.print(populationChange(after, ['now', 'then'], population.before, population.after, cli));
  if (parked > 0)
    cli.note(`${counted(parked, 'customer')} cannot be folded and ${parked === 1 ? 'is' : 'are'} left out.`);
  if (changed === 0) return exitCode;
  const ids = (ruleset: Ruleset): readonly string[] => ruleset.stages.map(({ id }) => id);
  cli.print(`\n${style.bold('Who goes where')}`);
  cli.print(transitionMatrix(ids(before), ids(after), transitions, cli));
  const rows = customersListed.map(({ customer, from, to, since, because }) => [
    plain(customer),
    `${stageLabelIn(before, from, cli.language)} → ${stageLabelIn(after, to, cli.language)}`,
    style.dim(`since ${day(since)}`),
    because.length === 0 ? '' : plain(conditionsText(after, because, cli.language)),
  ]);
  const columns = [{ title: '' }, { title: '' }, { title: '' }, { title: '', width: Math.max(24, cli.width - 60) }];
  if (rows.length > 0) cli.print(section('Customers', [table(columns, rows)], cli).join('\n'));
  if (changed > customersListed.length)
    cli.print(style.dim(`  … and ${whole(changed - customersListed.length)} more; --limit N lists more of them`));
  return exitCode;
};
