import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { DEFAULT_DATA } from './cli';
import { declareCompletion } from './declare/completion';
import { declareLists } from './declare/lists';
import { declareReading } from './declare/reading';
import { declareRejections } from './declare/rejections';
import { declareRulesets } from './declare/rulesets';
import { declareServing } from './declare/serving';
import { declareWebhooks } from './declare/webhooks';
import { declareWriting } from './declare/writing';

const version = (): string =>
  (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version;

/**
 * The `rapport` command; `signal` is aborted by Ctrl-C. What is wrong with a command line is thrown as commander's
 * error; it is printed here, unless `quiet`.
 */
export const createProgram = (signal: AbortSignal, quiet = false): Command => {
  const program = new Command('rapport')
    .configureOutput(quiet ? { writeErr: () => undefined } : {})
    .description('Every touchpoint in, every customer’s relationship out, with the reasons.')
    .version(version(), '-V, --version', 'print the version')
    .option('--data <directory>', `the data directory (default: $RAPPORT_DATA, else ./${DEFAULT_DATA})`)
    .option('--lang <language>', 'language of labels and reasons, such as vi (default: $RAPPORT_LANG, else en)')
    .option('--tz <zone>', 'zone of dates typed and instants shown, as Asia/Tokyo (default: $RAPPORT_TZ, else UTC)')
    .option('--json', 'one JSON document (NDJSON for lists) on stdout and nothing else')
    .option('--verbose', 'say more on stderr')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Start here:
  $ rapport demo
  $ rapport show c-000017

Instants are RFC 3339; a date means its end, in UTC or where --tz says. Exit: 0 done, 1 the answer is no, 2 wrong use or bad input.`,
    );
  declareReading(program, signal);
  declareLists(program, signal);
  declareWriting(program, signal);
  declareServing(program, signal);
  declareRejections(program, signal);
  declareWebhooks(program, signal);
  declareRulesets(program, signal);
  declareCompletion(program, signal);
  for (const command of program.commands) inherit(command);
  return program;
};

/** Settings that commander does not hand down to commands made by hand. */
const inherit = (command: Command): void => {
  command.helpOption('-h, --help', 'print this help').exitOverride();
  for (const inner of command.commands) inherit(inner);
};
