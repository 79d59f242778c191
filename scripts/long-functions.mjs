// Checks that functions fit a screen. Biome counts the lines of code in their bodies; tests and benchmarks are free.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node.mjs';

/** Limits in lines of code, and in number of functions. */
const LONGEST = 100;
const MOST_OVER_70 = 8;

const sources = ['packages', 'services'].flatMap((house) =>
  readdirSync(join(root, house))
    .filter((name) => name !== 'bench')
    .map((name) => join(house, name, 'src')),
);
const options = ['--reporter=json', '--max-diagnostics=none', '--config-path=scripts/long-functions.json'];
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', ...options, ...sources], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});

const found = () => {
  try {
    return JSON.parse(stdout).diagnostics;
  } catch {
    throw new Error(`biome gave no report:\n${stderr}`);
  }
};
const long = found()
  // Exceptions from other rules are named too, as they except from nothing here.
  .filter(({ category }) => category === 'lint/complexity/noExcessiveLinesPerFunction')
  .map(({ message, location: { path, start } }) => ({
    lines: Number(/\((\d+)\)/.exec(message)[1]),
    place: `${path}:${start.line}`,
  }))
  .sort((a, b) => b.lines - a.lines);

const longest = long[0]?.lines ?? 0;
const failed = longest > LONGEST || long.length > MOST_OVER_70;
const say = (text) => void process.stderr.write(`${text}\n`);
if (failed) {
  for (const { lines, place } of long) say(`${String(lines).padStart(5)} lines  ${place}`);
  say(`A function may have ${LONGEST} lines, and ${MOST_OVER_70} may have more than 70. Divide what you added.`);
}
process.stdout.write(`long functions: ${failed ? 'too many' : 'in order'}\n`);
process.exit(failed ? 1 : 0);
