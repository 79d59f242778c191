// The unit tests, and one start of the demonstration, on the oldest Node that is supported and on the newest line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { OLDEST_NODE, root } from './node.mjs';

const VERSIONS = [`${OLDEST_NODE}.0`, '26.12.1'];

if (process.platform !== 'linux') {
  process.stderr.write('test:nodes: skipped, other versions of Node are brought on Linux only\n');
  process.exit(process.env.RAPPORT_REQUIRE === 'all' ? 1 : 0);
}

const folder = mkdtempSync(join(tmpdir(), 'rapport-nodes-'));
let failed = false;
for (const version of VERSIONS) {
  const started = performance.now();
  const prefix = join(folder, version);
  const name = `node-linux-${process.arch}`;
  const run = (command, args, env = process.env) =>
    spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status === 0;
  const node = join(prefix, 'node_modules', name, 'bin', 'node');
  // Processes that the tests start by the name of Node are of that version too.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const ok =
    run('npm', ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`]) &&
    run(node, [join(root, 'scripts', 'test-tier.mjs'), 'unit'], env) &&
    run(
      node,
      [join(root, 'packages/cli/bin/rapport.js'), 'demo', '--no-serve', '--data', join(folder, `data-${version}`)],
      env,
    );
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  process.stdout.write(`test:nodes: Node ${version} ${ok ? 'passed' : 'FAILED'} in ${seconds} s\n`);
  failed ||= !ok;
}
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
