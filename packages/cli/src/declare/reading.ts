import type { Command } from 'commander';
import { changeFilterDefaults, changeFilterOptions } from './change-filters';
import { asOf, declare, group, knownAt, option, rulesetNamed, wholeNumber } from './declare';

/** Commands that ask the store. */
export const declareReading = (program: Command, signal: AbortSignal): void => {
  declare(program, signal, {
    name: 'show',
    arguments: '<customer>',
    does: 'one relationship: stage, factors, signals, promises, cases, candidates',
    options: [asOf(), knownAt(), rulesetNamed()],
    examples: ['show c-000017', 'show c-000017 --as-of 2025-06-30 --lang vi'],
    run: async (cli, [customer], options) =>
      (require('../commands/show') as typeof import('../commands/show')).showCommand(cli, customer, options),
  });
  declare(program, signal, {
    name: 'why',
    arguments: '<customer>',
    does: 'the explanation: which touchpoints and rules gave how many points, and what is missing',
    options: [
      asOf(),
      knownAt(),
      rulesetNamed(),
      option('--stage', 'only the stages: history, conditions, what is missing for the next'),
      option('--factor <factor>', 'only this factor: every piece of evidence').conflicts('stage'),
      option('--all', 'every piece of evidence, with the weight, scale and age factor of its points'),
    ],
    examples: ['why c-000017', 'why c-000017 --factor satisfaction --all'],
    run: async (cli, [customer], options) =>
      (require('../commands/why') as typeof import('../commands/why')).whyCommand(cli, customer, options),
  });
  declare(program, signal, {
    name: 'timeline',
    arguments: '<customer>',
    does: 'touchpoints and decisions in order of time, with both clocks',
    options: [asOf(), knownAt(), rulesetNamed(), wholeNumber('--limit <n>', 'only the last n entries', 1)],
    examples: ['timeline c-000017', 'timeline c-000017 --limit 20', 'timeline c-000017 --known-at 2025-06-30'],
    run: async (cli, [customer], options) =>
      (require('../commands/timeline') as typeof import('../commands/timeline')).timelineCommand(
        cli,
        customer,
        options,
      ),
  });
  declare(program, signal, {
    name: 'watch',
    does: 'stage changes as they happen, of this store or of an engine elsewhere',
    options: [
      option('--after <cursor>', 'begin after a cursor; start: at the beginning of the log (default: from now on)'),
      ...changeFilterOptions(),
      option('--url <url>', 'the address of an engine (default: $RAPPORT_URL, else the data directory)'),
      option('--key <key>', 'a key of role marketing (default: $RAPPORT_KEY, which other users cannot see)'),
    ],
    details: `With --json, CloudEvents as NDJSON, each with its cursor. Ctrl-C prints the cursor to go on with.\n${changeFilterDefaults()}`,
    examples: [
      'watch',
      'watch --stage loyal --signal at-risk',
      'watch --url http://127.0.0.1:7600 --after start --json',
    ],
    run: async (cli, _, options) =>
      (require('../commands/watch') as typeof import('../commands/watch')).watchCommand(cli, options),
  });
  declare(program, signal, {
    name: 'candidates',
    arguments: '<customer>',
    does: 'cross-sell candidates with reasons',
    options: [asOf(), wholeNumber('--limit <n>', 'how many', 1).default(10)],
    examples: ['candidates c-000017 --limit 5'],
    run: async (cli, [customer], options) =>
      (require('../commands/candidates') as typeof import('../commands/candidates')).candidatesCommand(
        cli,
        customer,
        options,
      ),
  });
  declare(program, signal, {
    name: 'verify',
    does: 'check that nothing in the log was altered, and that the read model says what the log says',
    options: [wholeNumber('--workers <n>', 'worker threads (default: one per core)', 1)],
    details: 'Exit 1 when a problem is found.',
    examples: ['verify'],
    run: async (cli, _, options) =>
      (require('../commands/verify') as typeof import('../commands/verify')).verifyCommand(cli, options),
  });
  declare(program, signal, {
    name: 'export',
    does: 'write what the store knows to a file or stdout',
    options: [
      option('--what <what>', 'what to write')
        .choices(['relationships', 'touchpoints', 'stage-changes', 'candidates'])
        .default('relationships'),
      option('--format <format>', 'of the file (default: what the name of --out says, else ndjson)').choices([
        'ndjson',
        'csv',
        'parquet',
      ]),
      option('--out <file>', 'the file (default: stdout)'),
      asOf(),
      knownAt(),
      rulesetNamed(),
    ],
    details: 'Touchpoints as NDJSON are CloudEvents, which `import --as touchpoints` takes back.',
    examples: [
      'export --out relationships.csv',
      'export --ruleset draft.yaml --as-of 2026-03-31 --known-at 2026-03-31 --out draft.parquet',
      'export --what touchpoints | gzip > backup.ndjson.gz',
    ],
    run: async (cli, _, options) =>
      (require('../commands/export') as typeof import('../commands/export')).exportCommand(cli, options),
  });
  const parked = group(program, 'parked', 'customers whose touchpoints cannot be folded');
  declare(parked, signal, {
    name: 'list',
    isDefault: true,
    does: 'who is parked, and why',
    examples: ['parked', 'parked list --json'],
    run: async (cli) => (require('../commands/parked') as typeof import('../commands/parked')).listParkedCommand(cli),
  });
  declare(parked, signal, {
    name: 'retry',
    does: 'fold them again',
    details: 'Exit 1 when a customer stays parked.',
    examples: ['parked retry'],
    run: async (cli) => (require('../commands/parked') as typeof import('../commands/parked')).retryParkedCommand(cli),
  });
  parked.addHelpText('after', '\nExample:\n  $ rapport parked list');
};
