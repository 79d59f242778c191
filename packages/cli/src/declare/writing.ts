import type { Command } from 'commander';
import type { DemoOptions } from '../commands/demo';
import type { ImportOptions } from '../commands/import';
import type { RebuildCommandOptions } from '../commands/rebuild';
import type { SimulateOptions } from '../commands/simulate';
import { declare } from './declare';
import { type Flags, option, wholeNumber, workers } from './options';
import { settingOptions } from './serving';

const declareDemo = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'demo',
    does: 'fill a fresh store with a simulated company, show what Rapport makes of it, and serve it',
    options: {
      customers: wholeNumber('--customers <n>', 'how many', 1).default(2000),
      seed: wholeNumber('--seed <s>', 'names one possible company', Number.MIN_SAFE_INTEGER).default(7),
      until: option(
        '--until <T>',
        'end its history at T and stop the clock of this store there (default: now; the clock runs)',
      ),
      serve: option('--no-serve', 'only show it; so does --json'),
      ...settingOptions(),
    } satisfies Flags<DemoOptions>,
    details:
      'Two years of history end now: what you send next is seen at once. The same --seed and --until give the same\n' +
      'company, on every machine. Ctrl-C ends the engine; the store stays, and the same command shows it again.',
    examples: [
      'demo',
      'demo --no-serve',
      'demo --until 2026-06-30 --no-serve',
      'demo --data /tmp/demo --customers 500',
    ],
    run: async (cli, _, options) =>
      (require('../commands/demo') as typeof import('../commands/demo')).demoCommand(cli, options),
  });

const declareSimulate = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'simulate',
    does: 'touchpoints of a simulated company with known truth; the same seed gives the same bytes',
    options: {
      customers: wholeNumber('--customers <n>', 'how many', 1).makeOptionMandatory(),
      seed: wholeNumber('--seed <s>', 'names one possible world', Number.MIN_SAFE_INTEGER).makeOptionMandatory(),
      months: wholeNumber('--months <m>', 'length of the history', 1).default(24),
      until: option('--until <T>', 'where the history ends: an RFC 3339 instant, a date (its end), or now').default(
        '2026-06-30',
      ),
      out: option('--out <file>', 'the touchpoints as NDJSON (default: stdout)'),
      truth: option('--truth <file>', 'the true relationships (default: beside --out, as FILE.truth.ndjson)'),
    } satisfies Flags<SimulateOptions>,
    examples: ['simulate --customers 500 --seed 7 --out company.ndjson', 'simulate --customers 1 --seed 7 | head -3'],
    run: async (cli, _, options) =>
      (require('../commands/simulate') as typeof import('../commands/simulate')).simulateCommand(cli, options),
  });

const declareImport = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'import',
    arguments: '<file...>',
    does: 'record the touchpoints of files (- is standard input): CSV, TSV, JSON, NDJSON, Parquet, also with gzip',
    options: {
      as: option('--as <preset>', 'what the files are').choices(['touchpoints', 'online-retail', 'olist', 'cdnow']),
      sql: option('--sql <mapping>', 'a file with a SELECT that yields touchpoints').conflicts('as'),
      dryRun: option(
        '--dry-run',
        'record nothing: show each column, what five touchpoints would be, and what is rejected',
      ),
      limit: wholeNumber('--limit <n>', 'stop after this number of touchpoints', 1),
      dates: option('--dates <order>', 'how dates such as 03/04/2026 are meant, for --sql')
        .choices(['dmy', 'mdy'])
        .conflicts('as'),
      decimal: option('--decimal <mark>', 'what stands before decimals, where it may be either: 1.234, for --sql')
        .choices(['point', 'comma'])
        .conflicts('as'),
      rejects: option('--rejects <file>', 'write what was rejected there, as NDJSON with file, line, field and reason'),
      strict: option('--strict', 'exit 1 when a line was rejected (else only when nothing of a file was recorded)'),
      ruleset: option('--ruleset <file>', 'the ruleset of a fresh store (default: retail)'),
      announce: option(
        '--announce',
        'announce the changes to subscribers (default: an import is history and announces nothing)',
      ),
    } satisfies Flags<ImportOptions>,
    details:
      'Importing a file again adds nothing: what is recorded is recognised. That is also how to go on after a stop.\n' +
      'Tables of your own: write a SELECT that yields customer, type, occurred_at, id and data (see docs). What stands in\n' +
      'a file is text until the SELECT calculates with it; a row in which that cannot be is rejected by its line.',
    examples: [
      'import history.ndjson.gz --as touchpoints',
      'import online-retail.csv.gz --as online-retail --rejects rejects.ndjson',
      'import orders.csv --sql mapping.sql --dry-run',
      'import - --sql mapping.sql < orders.csv',
    ],
    run: async (cli, files, options) =>
      (require('../commands/import') as typeof import('../commands/import')).importCommand(cli, files, options),
  });

const declareRebuild = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'rebuild',
    does: 'rebuild the read model from the log, beside the live one, and switch to it',
    options: {
      workers: workers(),
      ruleset: option(
        '--ruleset <file>',
        'put this ruleset in force: a file, or retail (default: the one in force stays)',
      ),
      announce: option('--announce', 'announce what then differs from what was last announced, with cause ruleset'),
    } satisfies Flags<RebuildCommandOptions>,
    details:
      'Also replaces a read model that is damaged or of another version. Without --announce nothing is announced;\n' +
      'decisions recorded before stay, with the ruleset that took them. See first who would change stage: rapport replay --compare',
    examples: ['rebuild', 'rebuild --ruleset stricter.yaml', 'rebuild --announce'],
    run: async (cli, _, options) =>
      (require('../commands/rebuild') as typeof import('../commands/rebuild')).rebuildCommand(cli, options),
  });

/** Commands that fill a store or a file. */
export const declareWriting = (program: Command, signal: AbortSignal): void => {
  declareDemo(program, signal);
  declareSimulate(program, signal);
  declareImport(program, signal);
  declareRebuild(program, signal);
};
