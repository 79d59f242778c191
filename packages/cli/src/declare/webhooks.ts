import type { Command } from 'commander';
import type { CreateOptions, DeliveriesOptions } from '../commands/webhooks';
import type { EngineOptions } from '../engine-elsewhere';
import { changeFilterDefaults, changeFilterOptions } from './change-filters';
import { declare, group } from './declare';
import { engineOptions, listOptions } from './lists';
import { type Flags, option } from './options';

const commands = () => require('../commands/webhooks') as typeof import('../commands/webhooks');

const engine = (): Flags<EngineOptions> => engineOptions('marketing', 'http://127.0.0.1:7600');

const declareList = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'list',
    isDefault: true,
    does: 'every subscription, and how it does',
    options: engine(),
    examples: ['webhooks', 'webhooks list --url https://rapport.example.com --json'],
    run: async (cli, _, options) => commands().listWebhooksCommand(cli, options),
  });

const declareCreate = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'create',
    arguments: '<url>',
    does: 'tell an address of changes; its secret is shown once',
    options: {
      description: option('--description <text>', 'what it is for'),
      ...changeFilterOptions(),
      after: option(
        '--after <cursor>',
        'changes after a cursor; start: from the beginning of the log (default: from now on)',
      ),
      ...engine(),
    } satisfies Flags<CreateOptions>,
    details: changeFilterDefaults(),
    examples: ['webhooks create https://crm.example.com/rapport --stage loyal'],
    run: async (cli, [url], options) => commands().createWebhookCommand(cli, url, options),
  });

const declareDeliveries = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'deliveries',
    arguments: '<id>',
    does: 'what became of the deliveries of a subscription, newest first',
    options: {
      status: option('--status <status>', 'only these').choices(['waiting', 'delivered', 'dead']),
      customer: option('--customer <customer>', 'only those about this customer'),
      ...listOptions(),
      ...engine(),
    } satisfies Flags<DeliveriesOptions>,
    examples: ['webhooks deliveries sub_a9e316d7 --status dead'],
    run: async (cli, [id], options) => commands().deliveriesCommand(cli, id, options),
  });

const declareRedeliver = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'redeliver',
    arguments: '<id> [delivery]',
    does: 'deliver again: one delivery, or everything that was given up',
    options: engine(),
    examples: ['webhooks redeliver sub_a9e316d7'],
    run: async (cli, [id, delivery], options) => commands().redeliverCommand(cli, id, delivery, options),
  });

const declareRotate = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'rotate',
    arguments: '<id>',
    does: 'make a new secret; for a while the old one signs too',
    options: engine(),
    examples: ['webhooks rotate sub_a9e316d7'],
    run: async (cli, [id], options) => commands().rotateWebhookCommand(cli, id, options),
  });

const declareTest = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'test',
    arguments: '<id>',
    does: 'send a test event now, once',
    options: engine(),
    details: 'Exit 1 when the receiver did not take it.',
    examples: ['webhooks test sub_a9e316d7'],
    run: async (cli, [id], options) => commands().testWebhookCommand(cli, id, options),
  });

const declareDelete = (parent: Command, signal: AbortSignal): Command =>
  declare(parent, signal, {
    name: 'delete',
    arguments: '<id>',
    does: 'end a subscription',
    options: engine(),
    examples: ['webhooks delete sub_a9e316d7'],
    run: async (cli, [id], options) => commands().deleteWebhookCommand(cli, id, options),
  });

/** Commands about webhooks, all of them asked of the engine that delivers. */
export const declareWebhooks = (program: Command, signal: AbortSignal): void => {
  const webhooks = group(program, 'webhooks', 'webhook subscriptions of an engine that serves');
  declareList(webhooks, signal);
  declareCreate(webhooks, signal);
  declareDeliveries(webhooks, signal);
  for (const [action, does] of [
    ['pause', 'pause a subscription: changes wait for it'],
    ['resume', 'let a paused or disabled subscription go on where it stopped'],
  ] as const)
    declare(webhooks, signal, {
      name: action,
      arguments: '<id>',
      does,
      options: engine(),
      examples: [`webhooks ${action} sub_a9e316d7`],
      run: async (cli, [id], options) => commands().pauseWebhookCommand(cli, id, action, options),
    });
  declareRedeliver(webhooks, signal);
  declareRotate(webhooks, signal);
  declareTest(webhooks, signal);
  declareDelete(webhooks, signal);
  webhooks.addHelpText('after', '\nExample:\n  $ rapport webhooks list --url http://127.0.0.1:7600');
};
