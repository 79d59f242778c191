import { AUDIT_ACTIONS, ROLES } from '@rapport/access/names';
import type { Command } from 'commander';
import type { AuditLogOptions } from '../commands/audit-log';
import type { CreateKeyOptions, KeyOptions } from '../commands/keys';
import type { SettingOptions } from '../settings';
import { declare, group } from './declare';
import { among, collect, type Flags, option, wholeNumber } from './options';

const configFile = () => option('--config <file>', 'settings in YAML or JSON (default: $RAPPORT_CONFIG)');

/** The options of commands that serve. */
export const settingOptions = (): Flags<SettingOptions> => ({
  config: configFile(),
  host: option('--host <address>', 'listen on this address (default: 127.0.0.1)'),
  port: option('--port <port>', 'listen on this port; 0 takes a free one (default: 7600)'),
  auth: option('--no-auth', 'ask for no key; on loopback addresses only'),
  logLevel: option('--log-level <level>', 'what is logged at least'),
  logFormat: option('--log-format <format>', 'json, pretty, or auto'),
  set: option('--set <name=value>', 'any setting; may be repeated').argParser(collect),
});

/** Commands about the engine that serves. */
export const declareServing = (program: Command, signal: AbortSignal): void => {
  declare(program, signal, {
    name: 'serve',
    does: 'the whole engine in one process: touchpoints come in over HTTP, stage changes go out',
    options: settingOptions(),
    details:
      'At the first start a key of role admin is made: shown once at a terminal, else written to first-key in\n' +
      'the data directory. Ctrl-C or SIGTERM stops in order. Exit 75: the same start may succeed later.\n' +
      'Settings, with what they expect: docs/reference/configuration.md',
    examples: ['serve', 'serve --port 8080 --config rapport.yaml', 'serve --set limits.requestsPerMinute=600'],
    run: async (cli, _, options) =>
      (require('../commands/serve') as typeof import('../commands/serve')).serveCommand(cli, options),
  });
  declare(program, signal, {
    name: 'config',
    does: 'print the configuration that counts, and where each value comes from',
    options: settingOptions(),
    examples: ['config', 'config --config rapport.yaml --json'],
    run: async (cli, _, options) =>
      (require('../commands/config') as typeof import('../commands/config')).configCommand(cli, options),
  });
  declareKeys(program, signal);
  declareAuditLog(program, signal);
  declare(program, signal, {
    name: 'backup',
    arguments: '<directory>',
    does: 'copy the log, the rulesets, keys and subscriptions, also while the engine serves',
    details: 'The directory must be new or empty. To check it: rapport verify --data DIRECTORY',
    examples: ['backup /backups/2026-06-30'],
    run: async (cli, [directory]) =>
      (require('../commands/backup') as typeof import('../commands/backup')).backupCommand(cli, directory),
  });
};

const declareAuditLog = (program: Command, signal: AbortSignal): Command =>
  declare(program, signal, {
    name: 'audit-log',
    does: 'who did what: keys, rulesets, subscriptions; and who was refused',
    options: {
      action: option('--action <action>', 'only this').choices(AUDIT_ACTIONS),
      actor: option('--actor <id>', 'only what this key, token subject or account did'),
      from: option('--from <T>', 'not before T: an RFC 3339 instant, or a date (its begin, UTC)'),
      to: option('--to <T>', 'before T: an RFC 3339 instant, or a date (its end, UTC)'),
      limit: wholeNumber('--limit <N>', 'how many of the newest to print', 1).default(100),
      config: configFile(),
    } satisfies Flags<AuditLogOptions>,
    details:
      'Newest first; also while the engine serves. Refused requests are summed up by minute and address.\n' +
      'Reads of personal data are in the access log: GET /v1/access-log.',
    examples: ['audit-log', 'audit-log --action authentication.failed --from 2026-06-01 --json'],
    run: async (cli, _, options) =>
      (require('../commands/audit-log') as typeof import('../commands/audit-log')).auditLogCommand(cli, options),
  });

const declareKeys = (program: Command, signal: AbortSignal): void => {
  const keys = group(program, 'keys', 'keys to the HTTP interface');
  declare(keys, signal, {
    name: 'create',
    arguments: '<name>',
    does: 'make a key; it is shown once, and stored only as a hash',
    options: {
      role: option('--role <role>', 'what it may do; may be repeated')
        .choices(ROLES)
        .argParser(among(ROLES))
        .makeOptionMandatory(),
      expires: option('--expires <T>', 'an RFC 3339 instant, or a date (its end)'),
      config: configFile(),
    } satisfies Flags<CreateKeyOptions>,
    details: 'Also while the engine serves. With --json the secret is in the document.',
    examples: ['keys create shop --role ingest', 'keys create crm --role marketing --expires 2027-12-31'],
    run: async (cli, [name], options) =>
      (require('../commands/keys') as typeof import('../commands/keys')).createKeyCommand(cli, name, options),
  });
  declare(keys, signal, {
    name: 'list',
    isDefault: true,
    does: 'every key, revoked ones too',
    options: { config: configFile() } satisfies Flags<KeyOptions>,
    examples: ['keys', 'keys list --json'],
    run: async (cli, _, options) =>
      (require('../commands/keys') as typeof import('../commands/keys')).listKeysCommand(cli, options),
  });
  declare(keys, signal, {
    name: 'revoke',
    arguments: '<id>',
    does: 'refuse a key from now on',
    options: { config: configFile() } satisfies Flags<KeyOptions>,
    details: 'Exit 1 when there is no such key.',
    examples: ['keys revoke 3f2a9c'],
    run: async (cli, [id], options) =>
      (require('../commands/keys') as typeof import('../commands/keys')).revokeKeyCommand(cli, id, options),
  });
  keys.addHelpText('after', '\nExample:\n  $ rapport keys create shop --role ingest');
};
