import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figure } from './figure';

/** As compiled, like the benchmark itself (`npm test` builds first). */
const BENCH = join(__dirname, '../dist/main.js');

/** So few touchpoints say nothing about speed; that every figure is taken and every result right is what is tested. */
test('the benchmark takes every figure and finds every result right', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [BENCH, '--json', '--touchpoints', '20000', '--customers', '1500'],
    { encoding: 'utf8' },
  );
  expect(stderr).toContain('simulating 20,000 touchpoints of 1,500 customers');
  const { figures } = JSON.parse(stdout) as { readonly figures: readonly (Figure & { readonly ok: boolean })[] };
  expect(figures).toHaveLength(9);
  expect(figures.flatMap(({ name, wrong }) => wrong.map((what) => `${name}: ${what}`))).toEqual([]);
  for (const { value } of figures) expect(value).toBeGreaterThan(0);
});
