import { CommanderError } from 'commander';
import { EXIT, type ExitCode, failureOf } from './exit';
import { createProgram } from './program';

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
  process.stderr.write('\nStopping; press Ctrl-C again to leave at once.\n');
  stopping.abort();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

const program = createProgram(stopping.signal);
const run = async (): Promise<unknown> =>
  process.argv.length > 2 ? program.parseAsync(process.argv) : program.outputHelp();

run().then(
  () => end((process.exitCode as ExitCode | undefined) ?? EXIT.done),
  (error: unknown) => {
    // Commander has printed its own message.
    if (error instanceof CommanderError) return end(error.exitCode === 0 ? EXIT.done : EXIT.wrong);
    const { message, exitCode } = failureOf(error);
    process.stderr.write(`${message}\n`);
    return end(exitCode);
  },
);
