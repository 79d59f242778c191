/**
 * Develop: compiles when a source changes, and restarts a serving engine on what was compiled. Arguments go to
 * `rapport serve`: `npm run dev -- --port 8080 --no-auth`.
 *
 * The data directory is `rapport-dev`, filled with the demonstration when it is empty. Remove it to begin afresh.
 * TypeScript's own `-b -w` is not used: it polls every file, and says nothing that a restart could wait for.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './node.mjs';

const DATA = 'rapport-dev';
const COMMAND = join(root, 'packages/cli/bin/rapport.js');
/** An editor saves several files one after another, and some save one file twice. */
const SETTLE_MS = 100;

const say = (text) => void process.stderr.write(`dev: ${text}\n`);
const tsc = join(root, 'node_modules/typescript/bin/tsc');
/** Only what the command uses. The errors of TypeScript are shown. */
const compile = () =>
  spawnSync(process.execPath, [tsc, '-b', 'packages/cli'], { cwd: root, stdio: 'inherit' }).status === 0;

const fillData = () => {
  say(`filling ${DATA} with the demonstration, if it is empty`);
  const shown = existsSync(join(root, DATA)) ? 'ignore' : 'inherit';
  const args = [COMMAND, 'demo', '--no-serve', '--data', DATA];
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', shown, 'inherit'] }).status === 0;
};

/** The engine that serves; undefined between two of them, and after one has ended by itself. */
let engine;

const start = () => {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--data', DATA, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  engine = child;
  child.once('exit', (code, signal) => {
    if (engine !== child) return;
    engine = undefined;
    say(`the engine ended (${signal ?? `exit code ${code}`}). It starts again after the next change.`);
  });
};

/** In order, as in production: requests in progress are answered, then the stores are closed. */
const stop = async () => {
  const child = engine;
  engine = undefined;
  if (child === undefined) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

const isSource = (file) => /\.(ts|json)$/.test(file) && !/\.spec\.ts$|(^|[\\/])testing[\\/]/.test(file);

const deferred = () => {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
/** Resolved at the next change of a source. */
let changed = deferred();

const watchSources = () => {
  for (const house of ['packages', 'services'])
    for (const name of readdirSync(join(root, house))) {
      const sources = join(root, house, name, 'src');
      if (existsSync(sources))
        watch(sources, { recursive: true }, (_, file) => {
          if (file !== null && isSource(file)) changed.resolve();
        });
    }
};

let ending = false;
/** Ctrl-C in a terminal reaches the engine too, and a second signal would end it at once: it is only waited for. */
process.on('SIGINT', async () => {
  if (ending) return;
  ending = true;
  const child = engine;
  engine = undefined;
  if (child !== undefined) await once(child, 'exit');
  process.exit(0);
});
process.on('SIGTERM', async () => {
  ending = true;
  await stop();
  process.exit(0);
});

if (!compile() || !fillData()) process.exit(1);
watchSources();
start();
for (;;) {
  await changed.promise;
  await sleep(SETTLE_MS);
  changed = deferred();
  const begun = performance.now();
  if (!compile()) {
    say('compiling failed. The engine of before goes on.');
    continue;
  }
  await stop();
  if (ending) break;
  say(`compiled and restarted after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  start();
}
