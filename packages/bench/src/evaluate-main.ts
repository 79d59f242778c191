import '@rapport/runtime/supported-node';
import { createColors, isColorSupported } from 'picocolors';
import { evaluateCommand } from './evaluation/command';

const { stdout, stderr } = process;
// `npm run evaluate | head` closes the pipe when it has enough.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
evaluateCommand(process.argv.slice(2), {
  style: createColors(isColorSupported && stdout.isTTY === true),
  print: (text) => stdout.write(`${text}\n`),
  note: (text) => stderr.write(`${text}\n`),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    stderr.write(`evaluate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2;
  },
);
