import type { Command } from 'commander';
import type { CasesOptions } from '../commands/cases';
import type { CustomersOptions } from '../commands/customers';
import type { EngineOptions } from '../engine-elsewhere';
import type { ListOptions } from '../output/pages';
import { declare } from './declare';
import { decimal, type Flags, option, wholeNumber } from './options';

/** How a command names an engine that serves. */
export const engineOptions = (role: string, otherwise: string): Flags<EngineOptions> => ({
  url: option('--url <url>', `the address of an engine (default: $RAPPORT_URL, else ${otherwise})`),
  key: option('--key <key>', `a key of role ${role} (default: $RAPPORT_KEY, which other users cannot see)`),
});

/** How much of a list is printed. */
export const listOptions = (): Flags<ListOptions> => ({
  limit: wholeNumber('--limit <n>', 'how many', 1).default(50),
  all: option('--all', 'every one, however many'),
});

/** Commands that list what the read model keeps. */
export const declareLists = (program: Command, signal: AbortSignal): void => {
  declare(program, signal, {
    name: 'customers',
    does: 'who stands where now, by stage, signal, score and part of the id',
    options: {
      stage: option('--stage <stage>', 'on this stage'),
      signal: option('--signal <signal>', 'with this signal raised'),
      q: option('--q <text>', 'with this text in the id; ASCII letters match in either case'),
      factor: option('--factor <factor>', 'by the present score of this factor; with --at-least, --at-most or both'),
      atLeast: decimal('--at-least <score>', 'the lowest score, itself included', 0, 100),
      atMost: decimal('--at-most <score>', 'the highest score, itself included', 0, 100),
      ...listOptions(),
      ...engineOptions('analyst', 'the data directory'),
    } satisfies Flags<CustomersOptions>,
    details: 'In order of id. As of another day, or under another ruleset: rapport export',
    examples: ['customers --stage loyal --signal at-risk', 'customers --factor trust --at-most 30 --all --json'],
    run: async (cli, _, options) =>
      (require('../commands/customers') as typeof import('../commands/customers')).customersCommand(cli, options),
  });
  declare(program, signal, {
    name: 'cases',
    does: 'the complaint board: what is open, since when, and what was promised about it',
    options: {
      customer: option('--customer <customer>', 'of this customer'),
      overdue: option('--overdue', 'only where something promised is overdue'),
      closed: option('--closed', 'those that have an end'),
      ...listOptions(),
      ...engineOptions('analyst', 'the data directory'),
    } satisfies Flags<CasesOptions>,
    details: 'The longest overdue cases come first, then the oldest.',
    examples: ['cases', 'cases --overdue --all --json', 'cases --customer c-000017 --closed'],
    run: async (cli, _, options) =>
      (require('../commands/cases') as typeof import('../commands/cases')).casesCommand(cli, options),
  });
};
