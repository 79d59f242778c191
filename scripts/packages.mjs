// Checks the packages as they would be published: what is in them, and that Node and TypeScript find it alike.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { root } from './node.mjs';

/** Tests and what only they use: in no package. */
const OF_TESTS = /\.spec\.|\/testing[./]|-child\./;
/** What tests of other packages share is taken from the sources, by tests of this repository. */
const ENTRIES_OF_TESTS = ['./testing'];

/** A build of before may have left behind what is not compiled any more. */
const removeLeftovers = () => {
  for (const house of ['packages', 'services'])
    for (const name of readdirSync(join(root, house))) {
      const dist = join(root, house, name, 'dist');
      for (const file of readdirSync(dist, { recursive: true }))
        if (OF_TESTS.test(`/${file}`)) rmSync(join(dist, file), { recursive: true, force: true });
    }
};

const pack = (folder) => {
  const args = ['pack', '--workspaces', '--json', '--ignore-scripts', '--pack-destination', folder];
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? [process.execPath, [process.env.npm_execpath, ...args]]
    : ['npm', args];
  const { status, stdout, stderr } = spawnSync(...npm, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`);
  return JSON.parse(stdout);
};

/** How Node 10 looked for files, before `exports`. No Node that Rapport runs on does. */
const BEFORE_EXPORTS = 'node10';

/** What is wrong with one package, in words. */
const problemsOf = async ({ filename, files }, folder) => {
  const tests = files.filter(({ path }) => OF_TESTS.test(`/${path}`)).map(({ path }) => `${path} is of tests`);
  const tarball = createPackageFromTarballData(readFileSync(join(folder, filename)));
  const { problems = [] } = await checkPackage(tarball, { excludeEntrypoints: ENTRIES_OF_TESTS });
  const wrong = problems.filter(({ resolutionKind }) => resolutionKind !== BEFORE_EXPORTS);
  return [...tests, ...wrong.map((problem) => JSON.stringify(problem))];
};

removeLeftovers();
const folder = mkdtempSync(join(tmpdir(), 'rapport-packages-'));
let found = 0;
try {
  for (const packed of pack(folder))
    for (const problem of await problemsOf(packed, folder)) {
      found += 1;
      process.stderr.write(`${packed.name}: ${problem}\n`);
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`packages: ${found === 0 ? 'in order' : `${found} problems`}\n`);
process.exit(found === 0 ? 0 : 1);
