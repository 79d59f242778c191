import { CommanderError } from 'commander';
import { EXIT, type ExitCode, failureOf, problemLine } from './exit';
import { createProgram } from './program';
import { resolveCommand } from './resolve-command';

const stopping = new AbortController();

const end = (code: ExitCode): void => {
  // Whatever a command left open must not keep the process; what it printed must go out first.
  process.stdout.write('', () => process.exit(code));
};

// `rapport timeline c-17 | head` closes the pipe when it has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});
process.stderr.on('error', () => undefined);

const stop = (): void => {
  if (stopping.signal.aborted) process.exit(EXIT.interrupted);
  // Progress is taken from the screen first, so that the message stands in a line of its own.
  stopping.abort();
  process.stderr.write('\nStopping; press Ctrl-C again to leave at once.\n');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

const args = process.argv.slice(2);
const json = args.includes('--json');
const program = createProgram(stopping.signal, json);

const run = async (): Promise<unknown> => {
  if (args.length === 0) return program.outputHelp();
  return program.parseAsync([...resolveCommand(program, args)], { from: 'user' });
};

/** An error of the command line; commander has printed it already. */
const wrongLine = ({ code, message }: CommanderError): string =>
  code === 'commander.help'
    ? 'No command was named; all of them: rapport --help'
    : message.replace(/^error: /, '').replace(/\s+/g, ' ');

run().then(
  () => end((process.exitCode as ExitCode | undefined) ?? EXIT.done),
  (error: unknown) => {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return end(EXIT.done);
      if (json) process.stderr.write(problemLine(wrongLine(error), EXIT.wrong));
      return end(EXIT.wrong);
    }
    const { message, exitCode } = failureOf(error);
    process.stderr.write(json ? problemLine(message, exitCode) : `${message}\n`);
    return end(exitCode);
  },
);
