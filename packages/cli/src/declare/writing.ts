import type { Command } from 'commander';
import { declare, option, wholeNumber } from './declare';
import { settingOptions } from './serving';

/** Commands that fill a store or a file. */
export const declareWriting = (program: Command, signal: AbortSignal): void => {
  declare(program, signal, {
    name: 'demo',
    does: 'fill a fresh store with a simulated company, show what Rapport makes of it, and serve it',
    options: [
      wholeNumber('--customers <n>', 'how many', 1).default(2000),
      wholeNumber('--seed <s>', 'names one possible company', Number.MIN_SAFE_INTEGER).default(7),
      option(
        '--until <T>',
        'end its history at T and stop the clock of this store there (default: now; the clock runs)',
      ),
      option('--no-serve', 'only show it; so does --json'),
      ...settingOptions(),
    ],
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
  declare(program, signal, {
    name: 'simulate',
    does: 'touchpoints of a simulated company with known truth; the same seed gives the same bytes',
    options: [
      wholeNumber('--customers <n>', 'how many', 1).makeOptionMandatory(),
      wholeNumber('--seed <s>', 'names one possible world', Number.MIN_SAFE_INTEGER).makeOptionMandatory(),
      wholeNumber('--months <m>', 'length of the history', 1).default(24),
      option('--until <T>', 'where the history ends: an RFC 3339 instant, a date (its end), or now').default(
        '2026-06-30',
      ),
      option('--out <file>', 'the touchpoints as NDJSON (default: stdout)'),
      option('--truth <file>', 'the true relationships (default: beside --out, as FILE.truth.ndjson)'),
    ],
    examples: ['simulate --customers 500 --seed 7 --out company.ndjson', 'simulate --customers 1 --seed 7 | head -3'],
    run: async (cli, _, options) =>
      (require('../commands/simulate') as typeof import('../commands/simulate')).simulateCommand(cli, options),
  });
  declare(program, signal, {
    name: 'import',
    arguments: '<file...>',
    does: 'record the touchpoints of files (- is standard input): CSV, TSV, JSON, NDJSON, Parquet, also with gzip',
    options: [
      option('--as <preset>', 'what the files are').choices(['touchpoints', 'online-retail', 'olist', 'cdnow']),
      option('--sql <mapping>', 'a file with a SELECT that yields touchpoints').conflicts('as'),
      option('--dry-run', 'record nothing: show each column, what five touchpoints would be, and what is rejected'),
      wholeNumber('--limit <n>', 'stop after this number of touchpoints', 1),
      option('--dates <order>', 'how dates such as 03/04/2026 are meant, for --sql')
        .choices(['dmy', 'mdy'])
        .conflicts('as'),
      option('--decimal <mark>', 'what stands before decimals, where it may be either: 1.234, for --sql')
        .choices(['point', 'comma'])
        .conflicts('as'),
      option('--rejects <file>', 'write what was rejected there, as NDJSON with file, line, field and reason'),
      option('--strict', 'exit 1 when a line was rejected (else only when nothing of a file was recorded)'),
      option('--ruleset <file>', 'the ruleset of a fresh store (default: retail)'),
      option('--announce', 'announce the changes to subscribers (default: an import is history and announces nothing)'),
    ],
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
  declare(program, signal, {
    name: 'rebuild',
    does: 'rebuild the read model from the log, beside the live one, and switch to it',
    options: [
      wholeNumber('--workers <n>', 'worker threads (default: one per core)', 1),
      option('--ruleset <file>', 'put this ruleset in force: a file, or retail (default: the one in force stays)'),
      option('--announce', 'announce what then differs from what was last announced, with cause ruleset'),
    ],
    details:
      'Also replaces a read model that is damaged or of another version. Without --announce nothing is announced;\n' +
      'decisions recorded before stay, with the ruleset that took them. See first who would change stage: rapport replay --compare',
    examples: ['rebuild', 'rebuild --ruleset stricter.yaml', 'rebuild --announce'],
    run: async (cli, _, options) =>
      (require('../commands/rebuild') as typeof import('../commands/rebuild')).rebuildCommand(cli, options),
  });
};
