// Installs and compiles what is missing, and nothing else: a second run takes a second or two.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSupported, nodePackage, OLDEST_NODE, root } from './node.mjs';
import { removeStale } from './remove-stale.mjs';

const stampFile = join(root, 'node_modules', '.rapport-setup');
const say = (text) => void process.stderr.write(`setup: ${text}\n`);
const fail = (text, status = 1) => {
  say(text);
  process.exit(status);
};

const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

/** The npm that started this; else the one of the path, which on Windows only a shell finds. */
const npm = (args) =>
  process.env.npm_execpath?.endsWith('npm-cli.js')
    ? run(process.execPath, [process.env.npm_execpath, ...args])
    : (spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1);

const installNode = `Rapport needs Node ${OLDEST_NODE} or newer, and this is ${process.version}. Install a current one from https://nodejs.org, and start again.`;

/** Once a Node was brought, npm's scripts run with it: this one too, from the second time on. */
const isBrought = process.execPath.startsWith(join(root, 'node_modules'));
/** The package with the Node to use here; undefined where the one at hand will do. */
const brought = isSupported(process.version) && !isBrought ? undefined : (nodePackage() ?? fail(installNode));
const binary = process.platform === 'win32' ? 'node.exe' : 'node';
const node =
  brought === undefined
    ? process.execPath
    : join(root, 'node_modules', brought.slice(0, brought.lastIndexOf('@')), 'bin', binary);

/** Whether it starts: a binary for another machine is there and does not. */
const runs = () => existsSync(node) && spawnSync(node, ['--version']).status === 0;

// What was installed depends on the lock file, the machine and the Node that is used.
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(process.platform + process.arch + (brought ?? ''))
  .digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (installed !== wanted || !runs()) {
  say('installing packages');
  if (!isSupported(process.version))
    say(`Node ${process.version} is too old for Rapport: ${brought} comes along, for this folder only`);
  // Not "npm ci": it refuses a lock file that lacks the binaries of other platforms, as one has that was written where
  // they cannot be had. Without saving, the versions are those of the lock file too, and the file stays as it is.
  // Nothing that Rapport uses needs a script to run at installation; none is let run.
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const status = npm(['install', ...flags, ...(brought === undefined ? [] : [brought, '--engine-strict=false'])]);
  if (status !== 0)
    fail(
      `"npm install" failed; the lines above say why.${brought === undefined ? '' : ` If the registry cannot be reached: ${installNode}`}`,
      status,
    );
  if (!runs()) fail(`${node} does not run on this machine. ${installNode}`);
  writeFileSync(stampFile, wanted);
}
for (const house of ['packages', 'services'])
  for (const name of readdirSync(join(root, house))) removeStale(join(root, house, name));
// The packages only: tests are checked by `npm test`.
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
if (run(node, [tsc, '-b', 'packages/cli', 'packages/bench']) !== 0) fail('compiling failed; the lines above say why.');
