import type { Command } from 'commander';
import type { CandidatesOptions } from '../commands/candidates';
import type { ExportOptions } from '../commands/export';
import type { TimelineOptions } from '../commands/timeline';
import type { VerifyOptions } from '../commands/verify';
import type { WatchOptions } from '../commands/watch';
import type { WhyOptions } from '../commands/why';
import type { CustomerOptions } from '../store/customer';
import { changeFilterDefaults, changeFilterOptions } from './change-filters';
import { declare, group } from './declare';
import { asOf, type Flags, knownAt, option, rulesetNamed, wholeNumber, workers } from './options';

const declareShow = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'show',
    arguments: '<customer>',
    does: 'one relationship: stage, factors, signals, promises, cases, candidates',
    options: { asOf: asOf(), knownAt: knownAt(), ruleset: rulesetNamed() } satisfies Flags<CustomerOptions>,
    examples: ['show c-000017', 'show c-000017 --as-of 2025-06-30 --lang vi'],
    run: async (cli, [customer], options) =>
      (require('../commands/show') as typeof import('../commands/show')).showCommand(cli, customer, options),
  });

const declareWhy = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'why',
    arguments: '<customer>',
    does: 'the explanation: which touchpoints and rules gave how many points, and what is missing',
    options: {
      asOf: asOf(),
      knownAt: knownAt(),
      ruleset: rulesetNamed(),
      stage: option('--stage', 'only the stages: history, conditions, what is missing for the next'),
      factor: option('--factor <factor>', 'only this factor: every piece of evidence').conflicts('stage'),
      all: option('--all', 'every piece of evidence, with the weight, scale and age factor of its points'),
    } satisfies Flags<WhyOptions>,
    examples: ['why c-000017', 'why c-000017 --factor satisfaction --all'],
    run: async (cli, [customer], options) =>
      (require('../commands/why') as typeof import('../commands/why')).whyCommand(cli, customer, options),
  });

const declareTimeline = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'timeline',
    arguments: '<customer>',
    does: 'touchpoints and decisions in order of time, with both clocks',
    options: {
      asOf: asOf(),
      knownAt: knownAt(),
      ruleset: rulesetNamed(),
      limit: wholeNumber('--limit <n>', 'only the last n entries', 1),
    } satisfies Flags<TimelineOptions>,
    examples: ['timeline c-000017', 'timeline c-000017 --limit 20', 'timeline c-000017 --known-at 2025-06-30'],
    run: async (cli, [customer], options) =>
      (require('../commands/timeline') as typeof import('../commands/timeline')).timelineCommand(
        cli,
        customer,
        options,
      ),
  });

const declareWatch = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'watch',
    does: 'stage changes as they happen, of this store or of an engine elsewhere',
    options: {
      after: option(
        '--after <cursor>',
        'begin after a cursor; start: at the beginning of the log (default: from now on)',
      ),
      ...changeFilterOptions(),
      url: option('--url <url>', 'the address of an engine (default: $RAPPORT_URL, else the data directory)'),
      key: option('--key <key>', 'a key of role marketing (default: $RAPPORT_KEY, which other users cannot see)'),
    } satisfies Flags<WatchOptions>,
    details: `With --json, CloudEvents as NDJSON, each with its cursor. Ctrl-C prints the cursor to go on with.\n${changeFilterDefaults()}`,
    examples: [
      'watch',
      'watch --stage loyal --signal at-risk',
      'watch --url http://127.0.0.1:7600 --after start --json',
    ],
    run: async (cli, _, options) =>
      (require('../commands/watch') as typeof import('../commands/watch')).watchCommand(cli, options),
  });

const declareCandidates = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'candidates',
    arguments: '<customer>',
    does: 'cross-sell candidates with reasons',
    options: {
      asOf: asOf(),
      limit: wholeNumber('--limit <n>', 'how many', 1).default(10),
    } satisfies Flags<CandidatesOptions>,
    examples: ['candidates c-000017 --limit 5'],
    run: async (cli, [customer], options) =>
      (require('../commands/candidates') as typeof import('../commands/candidates')).candidatesCommand(
        cli,
        customer,
        options,
      ),
  });

const declareVerify = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'verify',
    does: 'check that nothing in the log was altered, and that the read model says what the log says',
    options: { workers: workers() } satisfies Flags<VerifyOptions>,
    details: 'Exit 1 when a problem is found.',
    examples: ['verify'],
    run: async (cli, _, options) =>
      (require('../commands/verify') as typeof import('../commands/verify')).verifyCommand(cli, options),
  });

const declareExport = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'export',
    does: 'write what the store knows to a file or stdout',
    options: {
      what: option('--what <what>', 'what to write')
        .choices(['relationships', 'touchpoints', 'stage-changes', 'candidates'])
        .default('relationships'),
      format: option('--format <format>', 'of the file (default: what the name of --out says, else ndjson)').choices([
        'ndjson',
        'csv',
        'parquet',
      ]),
      out: option('--out <file>', 'the file (default: stdout)'),
      asOf: asOf(),
      knownAt: knownAt(),
      ruleset: rulesetNamed(),
    } satisfies Flags<ExportOptions>,
    details: 'Touchpoints as NDJSON are CloudEvents, which `import --as touchpoints` takes back.',
    examples: [
      'export --out relationships.csv',
      'export --ruleset draft.yaml --as-of 2026-03-31 --known-at 2026-03-31 --out draft.parquet',
      'export --what touchpoints | gzip > backup.ndjson.gz',
    ],
    run: async (cli, _, options) =>
      (require('../commands/export') as typeof import('../commands/export')).exportCommand(cli, options),
  });

const declareList = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'list',
    isDefault: true,
    does: 'who is parked, and why',
    examples: ['parked', 'parked list --json'],
    run: async (cli) => (require('../commands/parked') as typeof import('../commands/parked')).listParkedCommand(cli),
  });

const declareRetry = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'retry',
    does: 'fold them again',
    details: 'Exit 1 when a customer stays parked.',
    examples: ['parked retry'],
    run: async (cli) => (require('../commands/parked') as typeof import('../commands/parked')).retryParkedCommand(cli),
  });

/** Commands that ask the store. */
export const declareReading = (program: Command, signal: AbortSignal): void => {
  declareShow(program, signal);
  declareWhy(program, signal);
  declareTimeline(program, signal);
  declareWatch(program, signal);
  declareCandidates(program, signal);
  declareVerify(program, signal);
  declareExport(program, signal);
  const parked = group(program, 'parked', 'customers whose touchpoints cannot be folded');
  declareList(parked, signal);
  declareRetry(parked, signal);
  parked.addHelpText('after', '\nExample:\n  $ rapport parked list');
};
