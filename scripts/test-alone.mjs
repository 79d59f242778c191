// Tests that read the folder ../shared, in a clone that has none beside it: as most who clone.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './node.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rapport-alone-'));
const clone = join(folder, 'rapport');
const { RAPPORT_REQUIRE: _, ...env } = process.env;
const run = (command, args, cwd = clone) =>
  spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
/** Its output is shown. */
const shown = (command, args) => spawnSync(command, args, { cwd: clone, env, stdio: 'inherit' }).status ?? 1;

const workspaces = () =>
  ['packages', 'services'].flatMap((house) => readdirSync(join(root, house)).map((name) => join(house, name)));

const cloned = run('git', ['clone', '--quiet', root, clone], root);
let status = cloned.status ?? 1;
if (status === 0) {
  // Links to packages of the house are relative: in a copy they lead to the copy.
  const installed = ['.', ...workspaces()]
    .map((at) => join(at, 'node_modules'))
    .filter((at) => existsSync(join(root, at)));
  for (const at of installed) cpSync(join(root, at), join(clone, at), { recursive: true, verbatimSymlinks: true });
  // Specs that name the folder, or use a helper that does.
  const readers = run('git', ['grep', '-lE', "shared[/']|vectorRulesets", '--', '*.spec.ts']).stdout.trim().split('\n');
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  status =
    shown(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b']) ||
    shown(process.execPath, [jest, '--runTestsByPath', ...readers]);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`test:alone: ${status === 0 ? 'passed' : 'FAILED'}\n`);
process.exit(status);
