import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { TARGETS } from './targets';

const MAIN = resolve(__dirname, '../../dist/load/main.js');
const load = (...args: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { stdout, stderr, status };
};

test('a small load on the real engine: every figure is there, and everything that was acknowledged is in the store', () => {
  const { stdout, stderr, status } = load('--seconds', '2', '--rate', '500', '--customers', '300', '--json');
  // A busy machine may miss targets, which is not what is tested here.
  expect([0, 1]).toContain(status);
  expect(stderr).toContain('checking');
  const { figures, wrong, touchpoints, changes } = JSON.parse(stdout);
  expect(wrong).toEqual([]);
  expect(touchpoints).toBeGreaterThan(2_000);
  expect(changes).toBeGreaterThan(2_000);
  expect(figures.map(({ target }: { target: string }) => target).sort()).toEqual(Object.keys(TARGETS).sort());
  for (const { value } of figures) expect(value).toBeGreaterThanOrEqual(0);
}, 180_000);

test('wrong use is told', () => {
  expect(load('--only', 'everything')).toMatchObject({
    status: 2,
    stderr: 'load: --only: there is no part "everything"; there are batches, singles, arrivals, bare\n',
  });
  expect(load('--seconds', 'soon')).toMatchObject({ status: 2, stderr: expect.stringContaining('--seconds') });
  expect(load('--help').stdout).toContain('npm run load');
});
