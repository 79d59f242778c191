// The whole check of the project: everything in the list below, then every test. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const sources = ['packages', 'services'].flatMap((house) =>
  readdirSync(join(root, house)).map((name) => join(house, name, 'src')),
);
const jestArguments = process.argv.slice(2);
if (jestArguments.length === 0) {
  for (const [name, command, args] of [
    ['format and lint', bin('biome'), ['check', '.']],
    ['types', bin('tsc'), ['-b']],
    ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...sources]],
    ['prose', process.execPath, ['scripts/prose.mjs']],
    ['long functions', process.execPath, ['scripts/long-functions.mjs']],
    ['packages', process.execPath, ['scripts/packages.mjs']],
  ]) {
    if (run(command, args) !== 0) {
      process.stderr.write(`test: the check of ${name} failed\n`);
      process.exit(1);
    }
  }
}
const reports = mkdtempSync(join(tmpdir(), 'rapport-test-'));
const report = join(reports, 'report.json');
const status = run(bin('jest'), ['--json', '--outputFile', report, ...jestArguments]);
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
} catch {
  process.stderr.write('test: jest wrote no report\n');
}
rmSync(reports, { recursive: true, force: true });
process.exit(status);
