import { availableParallelism } from 'node:os';
import {
  DataDirectoryError,
  type ReadingStore,
  type RulesetsReport,
  readStored,
  storedHashes,
  unusableProjection,
  verifyRulesets,
  withStore,
} from '@rapport/data-directory';
import type { Ruleset } from '@rapport/domain';
import { type RecordedPublication, rulesetOf, type VerifyReport, verify } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { EXIT, type ExitCode, interruptible } from '../exit';
import { elapsed } from '../output/instants';
import { counted, whole } from '../output/numbers';
import { plain, shorten } from '../output/style';

const SHOWN = 20;

/** Every ruleset there is, by hash: as published, else as it is kept. One that cannot be read is a problem of its own. */
const rulesetsOf = (
  store: ReadingStore,
  publications: readonly RecordedPublication[],
): Readonly<Record<string, Ruleset>> => {
  const rulesets: Record<string, Ruleset> = { [store.hash]: store.ruleset };
  for (const publication of publications) {
    const ruleset = rulesetOf(publication);
    if (ruleset !== undefined) rulesets[publication.ruleset.hash] ??= ruleset;
  }
  for (const hash of storedHashes(store.files)) {
    if (rulesets[hash] !== undefined) continue;
    try {
      rulesets[hash] = readStored(store.files, hash);
    } catch (error) {
      if (!(error instanceof DataDirectoryError)) throw error;
    }
  }
  return rulesets;
};

const AGAIN = '"rapport rebuild" makes it again';

/** Compares the stores that follow from the log with the log; a text where the read model cannot be read. */
const verifyReadModel = async (
  cli: Cli,
  store: ReadingStore,
  publications: readonly RecordedPublication[],
  workers: number,
): Promise<VerifyReport | string> => {
  if (!store.hasReadModel) return `${store.files.relationships} is missing: ${AGAIN}.`;
  const folding = cli.progress('checking relationships', 'touchpoints');
  let done = 0;
  try {
    return await verify({
      log: store.files.eventLog,
      readModel: await store.readModel(),
      rulesets: rulesetsOf(store, publications),
      workers,
      signal: cli.signal,
      onProgress: (touchpoints) => {
        done += touchpoints;
        folding.update(done);
      },
    });
  } catch (error) {
    const unusable = unusableProjection(error, store.files);
    if (unusable === undefined) throw error;
    return `${unusable.problem}: ${AGAIN}.`;
  } finally {
    folding.stop();
  }
};

export interface VerifyOptions {
  readonly workers?: number;
}

/** `rapport verify`: the log against its own ledger, then everything stored against the log; exit 1 on a problem. */
export const verifyCommand = (cli: Cli, { workers = availableParallelism() }: VerifyOptions): Promise<ExitCode> =>
  withStore(cli.data, (store) =>
    interruptible('Nothing was touched; run the same command again.', async () => {
      const startedAt = Date.now();
      const checking = cli.progress('checking the log', 'events');
      const integrity = await store.log.verifyIntegrity(({ done, total }) => {
        checking.update(done, total);
        cli.signal.throwIfAborted();
      });
      checking.stop();
      const publications = await store.rulesetHistory.publications();
      const rulesets = verifyRulesets(store.files, publications);
      const report = await verifyReadModel(cli, store, publications, workers);
      const follows = typeof report !== 'string' && report.problemsFound === 0;
      const sound = integrity.problems.length === 0 && rulesets.problems.length === 0 && follows;
      if (cli.json)
        await printJson(cli, {
          sound,
          log: integrity,
          rulesets,
          ...(typeof report === 'string' ? { relationships: null, problem: report } : { relationships: report }),
        });
      else print(cli, integrity, rulesets, report, Date.now() - startedAt);
      return sound ? EXIT.done : EXIT.no;
    }),
  );

type Integrity = Awaited<ReturnType<ReadingStore['log']['verifyIntegrity']>>;

const print = (
  cli: Cli,
  integrity: Integrity,
  rulesets: RulesetsReport,
  report: VerifyReport | string,
  milliseconds: number,
): void => {
  const { style } = cli;
  const mark = (problems: number): string => (problems === 0 ? style.green('✓') : style.red('✗'));
  cli.print(
    `${mark(integrity.problems.length)} the log: ${counted(integrity.events, 'event')} in ${counted(integrity.commits, 'commit')}, ${counted(integrity.problems.length, 'problem')}`,
  );
  for (const { position, what } of integrity.problems.slice(0, SHOWN))
    cli.print(`    ${position === undefined ? '' : `at ${position}: `}${plain(what)}`);
  cli.print(
    `${mark(rulesets.problems.length)} rulesets: ${counted(rulesets.publications, 'publication')}, ${counted(rulesets.problems.length, 'problem')}`,
  );
  for (const problem of rulesets.problems.slice(0, SHOWN)) cli.print(`    ${plain(problem)}`);
  if (typeof report === 'string') cli.print(`${style.red('✗')} what follows from it: ${report}`);
  else printReport(cli, report, mark(report.problemsFound));
  cli.print(`\n${style.dim(`ledger ${integrity.chain}, in ${elapsed(milliseconds)}`)}`);
  if (typeof report !== 'string' && report.problemsFound > 0 && integrity.problems.length === 0)
    cli.note('The log is sound: "rapport rebuild" makes the read model from it again.');
  if (rulesets.problems.length > 0 && rulesets.publications > 0)
    cli.note('What was published stands in the log: the next command that writes makes its files again.');
  if (integrity.problems.length > 0) cli.note('The log was altered: restore it from a backup.');
};

const printReport = (cli: Cli, report: VerifyReport, mark: string): void => {
  cli.print(
    `${mark} what follows from it: ${counted(report.customers, 'customer')}, ${counted(report.decisions, 'decision')}, ${counted(report.problemsFound, 'problem')}`,
  );
  if (report.byEarlierModel > 0)
    cli.print(
      `    ${counted(report.byEarlierModel, 'decision')} decided by an earlier version of the model, otherwise than the present one would: no problem`,
    );
  for (const { customer, what, expected, got } of report.problems.slice(0, SHOWN)) {
    cli.print(`    ${plain(customer === undefined ? what : `${customer}: ${what}`)}`);
    if (cli.verbose && expected !== undefined)
      cli.print(
        plain(
          `      expected ${shorten(JSON.stringify(expected), 400)}, got ${shorten(JSON.stringify(got) ?? 'nothing', 400)}`,
        ),
      );
  }
  if (report.problemsFound > SHOWN)
    cli.print(`    … and ${whole(report.problemsFound - SHOWN)} more; --json has the first thousand`);
};
