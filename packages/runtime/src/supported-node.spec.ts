import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalOfNode } from './supported-node';

const root = join(__dirname, '../../..');
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test.each(['22.14.0', '22.23.5', '24.0.0', '26.12.1', '100.0.0'])('runs on Node %s', (version) => {
  expect(refusalOfNode(version)).toBeUndefined();
});

test.each(['18.20.8', '20.20.2', '22.13.1', '4.0.0'])('says what is missing on Node %s', (version) => {
  expect(refusalOfNode(version)).toMatch(`Rapport needs Node 22.14 or newer, and this is ${version}.`);
});

test('the oldest version is the one that package.json names', () => {
  const oldest: string = engines.node.replace('>=', '');
  const [major, minor] = oldest.split('.').map(Number);
  expect(refusalOfNode(`${oldest}.0`)).toBeUndefined();
  expect(refusalOfNode(`${major}.${minor - 1}.9`)).toBeDefined();
});
