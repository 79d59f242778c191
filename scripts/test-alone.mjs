// Tests that read the folder ../shared, in a clone that has none beside it: as most who clone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './node.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rapport-alone-'));
const clone = join(folder, 'rapport');
const { RAPPORT_REQUIRE: _, ...env } = process.env;
const run = (command, args, cwd = clone) =>
  spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const cloned = run('git', ['clone', '--quiet', root, clone], root);
let status = cloned.status ?? 1;
if (status === 0) {
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  // Specs that name the folder, or use a helper that does.
  const readers = run('git', ['grep', '-lE', 'shared/|vectorRulesets', '--', '*.spec.ts']).stdout.trim().split('\n');
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  const built = run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  status = built.status === 0 ? (run(process.execPath, [jest, '--runTestsByPath', ...readers]).status ?? 1) : 1;
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`test:alone: ${status === 0 ? 'passed' : 'FAILED'}\n`);
process.exit(status);
