import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { EXIT_STATUS } from './exit-status';

/** The shipped unit and compose file: what they start, when they start it again, and what it may do. */
const INFRA = resolve(__dirname, '../../../infra');
const UNIT = join(INFRA, 'systemd/rapport.service');

/** Every value of each name, by section. */
const unit: Readonly<Record<string, readonly string[]>> = {};
let section = '';
for (const line of readFileSync(UNIT, 'utf8').split('\n')) {
  section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
  const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
  if (name !== undefined)
    Object.assign(unit, { [`${section}.${name}`]: [...(unit[`${section}.${name}`] ?? []), value] });
}

test('the unit starts the engine again after whatever may mend itself, however often, and not after wrong settings', () => {
  expect(unit['Service.Restart']).toEqual(['on-failure']);
  expect(unit['Service.RestartPreventExitStatus']).toEqual([String(EXIT_STATUS.wrong)]);
  expect(unit['Unit.StartLimitIntervalSec']).toEqual(['0']);
});

test('the unit gives the engine its data directory and the network, and nothing of root', () => {
  expect(unit['Service.CapabilityBoundingSet']).toEqual(['']);
  expect(unit['Service.Environment']).toContain(`RAPPORT_DATA=/var/lib/${unit['Service.StateDirectory'][0]}`);
  expect(unit['Service.UMask']).toEqual(['0077']);
  expect(unit['Service.ProtectSystem']).toEqual(['strict']);
  expect(unit['Service.SystemCallFilter']).toEqual(['@system-service', '~@privileged @resources']);
  // Node compiles JavaScript while it runs.
  expect(unit).not.toHaveProperty(['Service.MemoryDenyWriteExecute']);
});

/** From 250 on it judges a unit that is not installed. */
const version = Number(
  /systemd (\d+)/.exec(spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).stdout)?.[1],
);
(version >= 250 ? test : test.skip)('systemd finds little that the unit leaves open: below 2 of 10', () => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', UNIT], { encoding: 'utf8' });
  expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
});

const { services } = parse(readFileSync(join(INFRA, 'compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

test.each(Object.entries(services))('the container %s holds no right of root, and has limits', (_, service) => {
  expect(service).toMatchObject({
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    pids_limit: expect.any(Number),
    mem_limit: expect.stringMatching(/^\d+[mg]$/),
  });
  for (const port of service.ports as readonly string[]) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('the engine’s container writes to its volume alone, and others wait until it is healthy', () => {
  expect(services.engine).toMatchObject({ read_only: true, volumes: ['data:/data'] });
  expect(services.prometheus.depends_on).toEqual({ engine: { condition: 'service_healthy' } });
  expect(services.grafana.depends_on).toEqual({ prometheus: { condition: 'service_healthy' } });
  expect(readFileSync(join(INFRA, 'docker/Dockerfile'), 'utf8')).toMatch(/^HEALTHCHECK /m);
});
