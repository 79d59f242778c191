import { availableParallelism } from 'node:os';
import { type ReadingStore, readStored, storedHashes, unusableProjection, withStore } from '@rapport/data-directory';
import { type VerifyReport, verify } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { EXIT, type ExitCode, interruptible } from '../exit';
import { elapsed } from '../output/instants';
import { counted, whole } from '../output/numbers';
import { plain, shorten } from '../output/style';

const SHOWN = 20;

const rulesetsOf = (store: ReadingStore) => ({
  ...Object.fromEntries(storedHashes(store.files).map((hash) => [hash, readStored(store.files, hash)])),
  [store.hash]: store.ruleset,
});

const AGAIN = 'it can be made anew with "rapport rebuild"';

/** What follows from the log against the log; a text where the read model cannot be asked. */
const verifyReadModel = async (cli: Cli, store: ReadingStore, workers: number): Promise<VerifyReport | string> => {
  if (!store.hasReadModel) return `${store.files.relationships} is missing: ${AGAIN}.`;
  const folding = cli.progress('checking relationships', 'touchpoints');
  let done = 0;
  try {
    return await verify({
      log: store.location,
      readModel: await store.readModel(),
      rulesets: rulesetsOf(store),
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

/** `rapport verify`: the log against its own ledger, then everything stored against the log; exit 1 on a problem. */
export const verifyCommand = (
  cli: Cli,
  { workers = availableParallelism() }: { readonly workers?: number },
): Promise<ExitCode> =>
  withStore(cli.data, (store) =>
    interruptible('Nothing was touched; run the same command again.', async () => {
      const startedAt = Date.now();
      const checking = cli.progress('checking the log', 'events');
      const integrity = await store.log.verifyIntegrity(({ done, total }) => {
        checking.update(done, total);
        cli.signal.throwIfAborted();
      });
      checking.stop();
      const report = await verifyReadModel(cli, store, workers);
      const sound = integrity.problems.length === 0 && typeof report !== 'string' && report.problemsFound === 0;
      if (cli.json)
        await printJson(cli, {
          sound,
          log: integrity,
          ...(typeof report === 'string' ? { relationships: null, problem: report } : { relationships: report }),
        });
      else print(cli, integrity, report, Date.now() - startedAt);
      return sound ? EXIT.done : EXIT.no;
    }),
  );

type Integrity = Awaited<ReturnType<ReadingStore['log']['verifyIntegrity']>>;

const print = (cli: Cli, integrity: Integrity, report: VerifyReport | string, milliseconds: number): void => {
  const { style } = cli;
  const mark = (problems: number): string => (problems === 0 ? style.green('✓') : style.red('✗'));
  cli.print(
    `${mark(integrity.problems.length)} the log: ${counted(integrity.events, 'event')} in ${counted(integrity.commits, 'commit')}, ${counted(integrity.problems.length, 'problem')}`,
  );
  for (const { position, what } of integrity.problems.slice(0, SHOWN))
    cli.print(`    ${position === undefined ? '' : `at ${position}: `}${plain(what)}`);
  if (typeof report === 'string') cli.print(`${style.red('✗')} what follows from it: ${report}`);
  else printReport(cli, report, mark(report.problemsFound));
  cli.print(`\n${style.dim(`ledger ${integrity.chain}, in ${elapsed(milliseconds)}`)}`);
  if (typeof report !== 'string' && report.problemsFound > 0 && integrity.problems.length === 0)
    cli.note('The log is sound: "rapport rebuild" makes the read model anew from it.');
  if (integrity.problems.length > 0) cli.note('The log was altered: restore it from a backup.');
};

const printReport = (cli: Cli, report: VerifyReport, mark: string): void => {
  cli.print(
    `${mark} what follows from it: ${counted(report.customers, 'customer')}, ${counted(report.decisions, 'decision')}, ${counted(report.problemsFound, 'problem')}`,
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
