import type { Command } from 'commander';
import type { EvaluateOptions } from '../commands/evaluate';
import type { PublishCommandOptions } from '../commands/publish';
import type { ReplayCommandOptions } from '../commands/replay';
import type { ShowRulesetOptions } from '../commands/ruleset';
import { declare, group } from './declare';
import { asOf, type Flags, knownAt, option, wholeNumber, workers } from './options';

const declareReplay = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'replay',
    does: 'fold the whole log again without touching anything, and print the population',
    options: {
      ruleset: option('--ruleset <file>', 'the ruleset to fold with (default: the one in force)'),
      asOf: asOf(),
      knownAt: knownAt(),
      workers: workers(),
      out: option(
        '--out <file>',
        'also write where each customer stands: NDJSON, CSV or Parquet by the name of the file',
      ),
      compare: option('--compare', 'say who would change stage against the ruleset in force, and why'),
      limit: wholeNumber('--limit <n>', 'customers listed by --compare', 0).default(20),
    } satisfies Flags<ReplayCommandOptions>,
    details: 'Exit 1 when --compare finds a customer who would change stage.',
    examples: [
      'replay',
      'replay --as-of 2025-12-31',
      'replay --ruleset stricter.yaml --compare',
      'replay --ruleset draft.yaml --as-of 2026-03-31 --known-at 2026-03-31 --out draft.csv',
    ],
    run: async (cli, _, options) =>
      (require('../commands/replay') as typeof import('../commands/replay')).replayCommand(cli, options),
  });

const declareEvaluate = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'evaluate',
    does: 'the pure function on a file of touchpoints, without any store',
    options: {
      ruleset: option('--ruleset <file>', 'the ruleset (YAML or JSON), or retail').makeOptionMandatory(),
      touchpoints: option(
        '--touchpoints <file>',
        'touchpoints as NDJSON: CloudEvents or the compact form',
      ).makeOptionMandatory(),
      asOf: asOf().makeOptionMandatory(),
      knownAt: knownAt(),
    } satisfies Flags<EvaluateOptions>,
    details:
      'One result per customer: with --json one document, or NDJSON with `customer` when there are several.\n' +
      'Touchpoints of types outside the catalogue are taken, with a warning.',
    examples: ['evaluate --ruleset retail --touchpoints history.ndjson --as-of 2026-06-30 --json'],
    run: async (cli, _, options) =>
      (require('../commands/evaluate') as typeof import('../commands/evaluate')).evaluateCommand(cli, options),
  });

const declareLint = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'lint',
    arguments: '<file>',
    does: 'find what is wrong in a ruleset, with line and column',
    details: 'Exit 1 when the ruleset would be refused. Warnings alone pass.',
    examples: ['ruleset lint shop.yaml'],
    run: async (cli, [file]) =>
      (require('../commands/ruleset') as typeof import('../commands/ruleset')).lintCommand(cli, file),
  });

const declareShow = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'show',
    arguments: '[file]',
    does: 'print a ruleset: a file, retail, or the one in force',
    options: {
      format: option('--format <format>', 'print the document itself').choices(['yaml', 'json']),
    } satisfies Flags<ShowRulesetOptions>,
    examples: ['ruleset show', 'ruleset show retail --format yaml > shop.yaml'],
    run: async (cli, [file], options) =>
      (require('../commands/ruleset') as typeof import('../commands/ruleset')).showRulesetCommand(cli, file, options),
  });

const declareDiff = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'diff',
    arguments: '<before> <after>',
    does: 'what differs between two rulesets; each is a file, retail, or in-force',
    details:
      'Exit 1 when they differ. To see which customers would change stage: rapport replay --ruleset FILE --compare',
    examples: ['ruleset diff retail shop.yaml'],
    run: async (cli, [before, after]) =>
      (require('../commands/ruleset') as typeof import('../commands/ruleset')).diffCommand(cli, before, after),
  });

const declarePublish = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'publish',
    arguments: '<file>',
    does: 'put a ruleset in force, here or in an engine that serves',
    options: {
      announce: option('--announce', 'announce what differs for each customer, as changes with cause ruleset'),
      url: option('--url <url>', 'the address of an engine (default: $RAPPORT_URL, else the data directory)'),
      key: option('--key <key>', 'a key of role admin (default: $RAPPORT_KEY, which other users cannot see)'),
    } satisfies Flags<PublishCommandOptions>,
    details: 'Without --announce nothing is announced. See first who would change: rapport replay --compare',
    examples: ['ruleset publish stricter.yaml', 'ruleset publish stricter.yaml --announce --url http://127.0.0.1:7600'],
    run: async (cli, [file], options) =>
      (require('../commands/publish') as typeof import('../commands/publish')).publishCommand(cli, file, options),
  });

const declareList = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'list',
    does: 'when and by whom rulesets came into force, and which is in force now',
    examples: ['ruleset list'],
    run: async (cli) =>
      (require('../commands/publish') as typeof import('../commands/publish')).listRulesetsCommand(cli),
  });

/** Commands about rulesets, and what would be under another one. */
export const declareRulesets = (program: Command, signal: AbortSignal): void => {
  declareReplay(program, signal);
  declareEvaluate(program, signal);

  const ruleset = group(program, 'ruleset', 'rulesets as data: check, show, compare, put in force');
  declareLint(ruleset, signal);
  declareShow(ruleset, signal);
  declareDiff(ruleset, signal);
  declarePublish(ruleset, signal);
  declareList(ruleset, signal);
};
