import { basename } from 'node:path';
import {
  beginImport,
  bringUpToDate,
  type DataDirectory,
  endImport,
  type InForce,
  isThere,
  nowIn,
  type Projected,
  readDemoMarker,
  removeDemoMarker,
  rulesetInForceAt,
  storeToFill,
  takeUp,
} from '@rapport/data-directory';
import type { Ruleset } from '@rapport/domain';
import { rulesetHash } from '@rapport/domain';
import { recordTouchpoints } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import {
  type ImportAccount,
  type Mapping,
  type PresetName,
  type ReadOptions,
  type RejectedItem,
  readFiles,
  type ValueFormat,
} from '@rapport/files';
import { type Cli, printJson } from '../cli';
import { estimateLines } from '../estimate-lines';
import { CommandError, EXIT, type ExitCode, interruptible } from '../exit';
import { type FileFate, filesLost } from '../files-lost';
import { commandLine } from '../output/command-line';
import { fileOut } from '../output/file-out';
import { importReport } from '../output/import-report';
import { counted } from '../output/numbers';
import { rejectionText } from '../output/rejection';
import { catalogueOf, readText, rulesetFrom } from '../rulesets';
import { filesGiven, type NamedFiles } from '../standard-input';
import { notePublished } from './audit-log';
import { dryRun } from './import-dry-run';

export interface ImportOptions {
  readonly as?: PresetName;
  readonly sql?: string;
  readonly rejects?: string;
  readonly strict?: true;
  readonly ruleset?: string;
  readonly announce?: true;
  readonly dryRun?: true;
  readonly limit?: number;
  readonly dates?: ValueFormat['dates'];
  readonly decimal?: ValueFormat['decimal'];
}

/** The results of the touchpoints that were read. */
export interface Recorded {
  recorded: number;
  duplicates: number;
  conflicts: number;
}

const RESUME = 'What was recorded stays. To go on, run the same command again: what is recorded is recognised.';
/** Problems shown on stderr; all of them go to `--rejects`. */
const SHOWN = 5;

/** `rapport import`: files into the log, and what follows from it brought up to date; silently unless asked. */
export const importCommand = async (cli: Cli, files: readonly string[], options: ImportOptions): Promise<ExitCode> => {
  const mapping = mappingFrom(options);
  for (const file of files)
    if (file !== '-' && !isThere(file))
      throw new CommandError(`${file}: there is no such file. Check the name; nothing was read.`);
  const given = await filesGiven(cli, files);
  try {
    return options.dryRun === true
      ? await dryRun(cli, given, mapping, readOptions(cli, await rulesetFor(cli, options), options))
      : await importFiles(cli, given, mapping, options);
  } catch (error) {
    if (error instanceof Error) error.message = given.named(error.message);
    throw error;
  } finally {
    await given.remove();
  }
};

const readOptions = (cli: Cli, ruleset: Ruleset, { dates, decimal, limit }: ImportOptions): ReadOptions => ({
  context: { catalogue: catalogueOf(ruleset), now: Date.now() },
  signal: cli.signal,
  format: { dates, decimal },
  limit,
});

/** The rules that an import would work with, of a store that is only looked at. */
const rulesetFor = async (cli: Cli, { ruleset }: ImportOptions): Promise<Ruleset> =>
  rulesetNamed(cli, ruleset) ?? (await rulesetInForceAt(cli.data)).ruleset;

const importFiles = async (
  cli: Cli,
  given: NamedFiles,
  mapping: Mapping,
  options: ImportOptions,
): Promise<ExitCode> => {
  const data = storeToFill(cli.data);
  const named = rulesetNamed(cli, options.ruleset);
  const log = await openEventLog(data.eventLog, { mode: 'write' });
  try {
    const first = { with: 'import', ruleset: named, now: nowIn(data) } as const;
    const work = { host: cli, files: data, log };
    const inForce = await takeUp(work, first);
    refuseOther(cli, data, inForce, named, options.ruleset);
    if (named !== undefined) await notePublished(data, inForce.ruleset, { by: 'import --ruleset' });
    // The mark says that what is recorded from here on is history, which is not announced.
    if (options.announce !== true) await beginImport(work, { ruleset: inForce.ruleset, now: nowIn(data) });
    leaveDemo(cli, data);
    return await interruptible(RESUME, async () => {
      const counts: Recorded = { recorded: 0, duplicates: 0, conflicts: 0 };
      const rejects = options.rejects === undefined ? undefined : await fileOut(options.rejects);
      const fates = new Map<string, FileFate>();
      let account: ImportAccount | undefined;
      try {
        account = await record(
          cli,
          log,
          readFiles(given.files, mapping, readOptions(cli, inForce.ruleset, options)),
          expectedLines(given.files),
          counts,
          given.named,
          fates,
          async (r) => rejects?.write(rejectLine(r)),
        );
      } finally {
        // Rejections before an error or a stop are worth knowing too.
        await rejects?.finish();
      }
      const projected = await bringUpToDate(work, {
        ruleset: inForce.ruleset,
        now: nowIn(data),
        recorded: counts.recorded,
        announce: options.announce,
      });
      if (options.announce !== true) endImport(data);
      await report(cli, account, counts, projected, options);
      const lost = await filesLost(cli, given, mapping, account, counts, fates);
      const refused = account.rejected + counts.conflicts;
      return lost || (options.strict === true && refused > 0) ? EXIT.no : EXIT.done;
    });
  } finally {
    await log.close();
  }
};

/** With other touchpoints in it, a store is the demo's no longer, and has the clock of everyone. */
const leaveDemo = (cli: Cli, data: DataDirectory): void => {
  if (readDemoMarker(data) === undefined) return;
  removeDemoMarker(data);
  cli.note(`${data.directory} holds the customers of the demo too. For a store of its own: --data DIR`);
};

const mappingFrom = ({ as, sql }: ImportOptions): Mapping => {
  if (as !== undefined) return { preset: as };
  if (sql !== undefined)
    return { sql: readText(sql, 'a file with a SELECT that yields touchpoints'), name: basename(sql) };
  throw new CommandError(
    'Say what the files are: --as touchpoints | online-retail | olist | cdnow, or --sql MAPPING.sql with a SELECT of your own.',
  );
};

const rulesetNamed = (cli: Cli, file: string | undefined): Ruleset | undefined => {
  if (file === undefined) return undefined;
  const ruleset = rulesetFrom(cli, file);
  // Refuses types that the import could not take.
  catalogueOf(ruleset);
  return ruleset;
};

/** A store that is there works with the rules in force. */
const refuseOther = (
  cli: Cli,
  data: DataDirectory,
  { ruleset, hash }: InForce,
  named: Ruleset | undefined,
  file = '',
): void => {
  if (named === undefined || rulesetHash(named) === hash) return;
  throw new CommandError(
    `--ruleset: ${data.directory} works with ruleset ${ruleset.ruleset} ${ruleset.version}; import does not change it. To see what ${file} would change: ${commandLine(cli, 'replay', '--ruleset', file, '--compare')}; to put it in force: ${commandLine(cli, 'rebuild', '--ruleset', file)}`,
  );
};

type Reject = Omit<RejectedItem, 'kind' | 'raw'> & { readonly raw?: string };

type Batches = ReturnType<typeof readFiles>;
type Log = Parameters<typeof recordTouchpoints>[0];

/** About how many lines will come, if that is known for every file. */
const expectedLines = (files: readonly string[]): number | undefined => {
  const lines = files.map(estimateLines);
  return lines.every((count) => count !== undefined) ? lines.reduce((sum, count) => sum + count, 0) : undefined;
};

/** A line of the rejects file. */
const rejectLine = ({ at, field, reason, raw }: Reject): string => `${JSON.stringify({ ...at, field, reason, raw })}\n`;

const noteFate = (fates: Map<string, FileFate>, file: string, kind: 'touchpoint' | 'rejected'): void => {
  const fate = fates.get(file) ?? { touchpoints: 0, rejected: 0 };
  fates.set(file, fate);
  if (kind === 'touchpoint') fate.touchpoints++;
  else fate.rejected++;
};

const record = async (
  cli: Cli,
  log: Log,
  batches: Batches,
  expected: number | undefined,
  counts: Recorded,
  named: (file: string) => string,
  fates: Map<string, FileFate>,
  onReject: (reject: Reject) => Promise<void>,
): Promise<ImportAccount> => {
  const progress = cli.progress('importing', 'lines');
  let shown = 0;
  const reject = async (found: Reject): Promise<void> => {
    const one = { ...found, at: { ...found.at, file: named(found.at.file) } };
    await onReject(one);
    if (shown++ < SHOWN) cli.note(rejectionText(one));
    else if (shown === SHOWN + 1) cli.note('… more of them; --rejects FILE has all');
  };
  let account: ImportAccount | undefined;
  try {
    for await (const batch of batches) {
      const touchpoints = batch.items.flatMap((item) => (item.kind === 'touchpoint' ? [item] : []));
      const outcomes = await recordTouchpoints(
        log,
        touchpoints.map(({ touchpoint }) => touchpoint),
      );
      for (const item of batch.items) {
        noteFate(fates, named(item.at.file), item.kind);
        if (item.kind === 'rejected') await reject(item);
      }
      for (const [i, { at }] of touchpoints.entries()) {
        const outcome = outcomes[i]!;
        if (outcome.kind === 'conflict') {
          counts.conflicts++;
          await reject({ at, field: 'id', reason: outcome.message });
        } else if (outcome.kind === 'recorded') counts.recorded++;
        else counts.duplicates++;
      }
      progress.update(batch.linesDone, batch.linesTotal ?? expected);
      account = batch.account ?? account;
      cli.signal.throwIfAborted();
    }
  } finally {
    progress.stop();
  }
  if (account === undefined) throw new Error('the files were read without an account of their lines');
  return {
    ...account,
    files: account.files.map((file) => ({ ...file, file: named(file.file) })),
    inputs: account.inputs.map((input) => ({ ...input, file: named(input.file) })),
  };
};

const report = async (
  cli: Cli,
  account: ImportAccount,
  counts: Recorded,
  projected: Projected,
  { rejects }: ImportOptions,
): Promise<void> => {
  if (cli.json) {
    const { touchpoints, rejected, warnings, adjusted, files, inputs, limited } = account;
    return printJson(cli, {
      read: { touchpoints, rejected },
      ...counts,
      warnings,
      adjusted,
      files,
      inputs,
      limited,
      rejects,
      parked: projected.parked,
    });
  }
  cli.print(importReport(account, counts, cli).join('\n'));
  if (rejects !== undefined && account.rejected + counts.conflicts > 0)
    cli.note(`What was rejected stands in ${rejects}`);
  if (projected.parked > 0) cli.note(`${counted(projected.parked, 'customer')} could not be folded: rapport parked`);
};
