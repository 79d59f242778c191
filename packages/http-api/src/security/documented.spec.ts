import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_ACTIONS } from '@rapport/access';
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

it('whatever changes something is noted in the audit log, but for touchpoints, which are in the event log', () => {
  const changing = Object.entries(PERMISSIONS).filter(([route]) => !route.startsWith('GET '));
  const unnoted = changing.filter(([, { action }]) => action === undefined).map(([route]) => route);
  expect(unnoted).toEqual(['POST /v1/touchpoints', 'POST /v1/track', 'POST /v1/batch']);
});

it('the guide to security names every action of the audit log', () => {
  const guide = readFileSync(join(__dirname, '../../../../docs/security.md'), 'utf8');
  const named = [...guide.matchAll(/^\| `([a-z]+\.[a-zA-Z]+)` \|/gm)].map(([, action]) => action);
  expect(named).toEqual([...AUDIT_ACTIONS]);
});
