// The whole check on a machine that has other things to do: two processes that compute and one that writes and syncs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './node.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rapport-busy-'));
const COMPUTE = 'for (let x = 1; ; ) x = Math.imul(x, 1664525) + 1013904223;';
const WRITE = `
  const { openSync, writeSync, fsyncSync } = require('node:fs');
  const file = openSync(${JSON.stringify(join(folder, 'written'))}, 'w');
  const bytes = Buffer.alloc(1 << 20, 1);
  for (let i = 0; ; i = (i + 1) % 256) { writeSync(file, bytes, 0, bytes.length, i << 20); fsyncSync(file); }`;

const others = [COMPUTE, COMPUTE, WRITE].map((code) => spawn(process.execPath, ['-e', code], { stdio: 'inherit' }));
const end = () => {
  for (const other of others) other.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
};
process.on('exit', end);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const started = performance.now();
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
const idle = others.filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
process.stdout.write(
  `test:busy: ${status === 0 ? 'passed' : 'FAILED'} beside two that compute and one that writes, in ${minutes} min\n`,
);
if (idle.length > 0)
  process.stderr.write('test:busy: one of those ended by itself; the machine was less busy than said\n');
process.exit(idle.length > 0 ? 1 : (status ?? 1));
