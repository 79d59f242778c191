// Runs the tests of one tier (see CONTRIBUTING.md): `node scripts/test-tier.mjs unit`. Further arguments go to jest.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './node.mjs';

/** Patterns of the files of each tier; a leading `!` takes files out. */
const TIERS = {
  unit: ['**/*.spec.ts', '!**/*.int.spec.ts', '!**/*.e2e.spec.ts'],
  int: ['**/*.int.spec.ts'],
  e2e: ['**/*.e2e.spec.ts'],
};

const [tier, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(TIERS, tier)) {
  process.stderr.write(`test-tier: name a tier: ${Object.keys(TIERS).join(', ')}\n`);
  process.exit(2);
}
// They come last: jest would take a path that follows them for another pattern.
const patterns = TIERS[tier].map((pattern) => `--testMatch=${pattern}`);
const jest = join(root, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(process.execPath, [jest, ...rest, ...patterns], {
  cwd: root,
  stdio: 'inherit',
  // The unit tests are for between two edits: `npm test` runs each property as often as it says.
  env: tier === 'unit' ? { RAPPORT_PROPERTY_SHARE: '0.1', ...process.env } : process.env,
});
process.exit(status ?? 1);
