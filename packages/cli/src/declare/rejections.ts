import type { Command } from 'commander';
import type { ListRejectionsOptions, RejectionsOptions } from '../commands/rejections';
import { declare, group } from './declare';
import { listOptions } from './lists';
import { type Flags, option } from './options';

/** Refused touchpoints over HTTP: to examine, correct and send again. */
export const declareRejections = (program: Command, signal: AbortSignal): void => {
  const rejections = group(
    program,
    'rejections',
    'what the engine refused over HTTP: why, from whom, and what was sent',
  );
  const configFile = () => option('--config <file>', 'settings in YAML or JSON (default: $RAPPORT_CONFIG)');
  declare(rejections, signal, {
    name: 'list',
    isDefault: true,
    does: 'what was refused, newest first, also while the engine serves',
    options: {
      source: option('--source <source>', 'of this source'),
      reason: option('--reason <reason>', 'for this reason, such as invalid-touchpoint, conflict or malformed-json'),
      key: option('--key <id>', 'sent with the key of this id'),
      since: option('--since <T>', 'came at T or later: an RFC 3339 instant, or a date (its begin)'),
      fingerprint: option('--fingerprint <hex>', 'of a body that you have: what sha256sum says begins with it'),
      ndjson: option('--ndjson', 'the touchpoints themselves, one per line, to correct and send again as a stream'),
      ...listOptions(),
      config: configFile(),
    } satisfies Flags<ListRejectionsOptions>,
    details:
      'The same refusal is kept once and counted. Each key has a limit in bytes; the oldest refusals are removed, and counted.\n' +
      'With --ndjson, stderr says what is left out: bodies that were cut off, and calls of Segment, which go one by one.',
    examples: [
      'rejections',
      'rejections --source shop --reason conflict --since 2026-03-01 --json',
      'rejections --source shop --all --ndjson > corrected.ndjson',
    ],
    run: async (cli, _, options) =>
      (require('../commands/rejections') as typeof import('../commands/rejections')).listRejectionsCommand(
        cli,
        options,
      ),
  });
  declare(rejections, signal, {
    name: 'show',
    arguments: '<id>',
    does: 'one refusal: what was sent on stdout, all the rest on stderr',
    options: { config: configFile() } satisfies Flags<RejectionsOptions>,
    details:
      'The output names masked values: put the values in, or take the fields out, and send it by the usual route.\n' +
      'With --json, all of it as one document on stdout. Exit 1 when it is not kept (any more).',
    examples: ['rejections show 3f2a9c0d11e24b57 > corrected.json', 'rejections show 3f2a9c0d11e24b57 --json'],
    run: async (cli, [id], options) =>
      (require('../commands/rejections') as typeof import('../commands/rejections')).showRejectionCommand(
        cli,
        id,
        options,
      ),
  });
  rejections.addHelpText('after', '\nExample:\n  $ rapport rejections --source shop');
};
