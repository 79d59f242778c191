import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PERMISSIONS } from './permission-table';

it('the guide to security has the table of permissions as it is', () => {
  const guide = readFileSync(join(__dirname, '../../../../docs/security.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `([A-Z]+ \/\S+)` \| ([^|]*)\| ([^|]*)\|$/gm)].map(
    ([, route, roles, personal]) => [route, roles.trim(), personal.trim() === 'yes'],
  );
  const table = Object.entries(PERMISSIONS)
    .filter(([, { allow }]) => allow !== 'public')
    .map(([route, { allow, personalData }]) => [route, [allow].flat().join(', '), personalData === true]);
  expect(new Map(rows.map((row) => [row[0], row]))).toEqual(new Map(table.map((row) => [row[0], row])));
  expect(rows).toHaveLength(table.length);
});
