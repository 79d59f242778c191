// Installs and compiles what is missing, and nothing else: a second run takes a second or two.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.rapport-setup');

const run = (command, args, env = process.env) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined || status !== 0) {
    process.stderr.write(`setup: "${command} ${args.join(' ')}" failed; the lines above say why.\n`);
    process.exit(status ?? 1);
  }
};

// What was installed depends on the lock file and on the Node that native modules were compiled for.
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(process.version + process.platform + process.arch)
  .digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (installed !== wanted) {
  process.stderr.write('setup: installing packages (better-sqlite3 is compiled: one to two minutes)\n');
  const env = { ...process.env };
  // node-gyp fetches Node's headers from the network unless told that they are already here.
  const prefix = dirname(dirname(process.execPath));
  if (env.npm_config_nodedir === undefined && existsSync(join(prefix, 'include', 'node', 'node.h')))
    env.npm_config_nodedir = prefix;
  // Not "npm ci": it refuses a lock file that lacks the binaries of other platforms, as one has that was written where
  // they cannot be had. Without saving, the versions are those of the lock file too, and the file stays as it is.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'], env);
  writeFileSync(stampFile, wanted);
}
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
