import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileRuleset, RETAIL, rulesetHash } from '@rapport/domain';
import { openEventLog, subjectOf } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { fromSource } from '@rapport/runtime/testing';
import { decisionOf } from './decisions';
import { openIdentityIndex } from './identity';
import { Projector } from './projector/projector';
import { verify } from './whole-log/verify';

/** More rounds find rarer faults. */
const ROUNDS = Number(process.env.RAPPORT_KILL_ROUNDS ?? 25);
/** A child records 200; every round is killed behind another of them, so that a slow machine proves as much. */
const MOST_ACKNOWLEDGED = 190;
const LONGEST_DELAY_MS = 15;
const ENGINE = fromSource(join(__dirname, 'testing/kill-child.ts'));

const folder = mkdtempSync(join(tmpdir(), 'rapport-engine-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an engine and kills it `delay` ms after it acknowledged so many; the ids of the touchpoints it acknowledged. */
const runAndKill = async (round: number, after: number, delay: number): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [ENGINE, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') acknowledged.push(line);
    if (acknowledged.length === after) setTimeout(() => child.kill('SIGKILL'), delay);
  }
  await closed;
  // One that ended by itself proves nothing.
  expect(child.signalCode).toBe('SIGKILL');
  return acknowledged;
};

test(`after ${ROUNDS} kills every decision is there once, in sequence, and is what the log says`, async () => {
  const program = compileRuleset(RETAIL);
  const factors = Object.fromEntries(program.factors.map(({ id, ...parameters }) => [id, parameters]));
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++)
    acknowledged.push(...(await runAndKill(round, (round * 37) % MOST_ACKNOWLEDGED, (round * 7) % LONGEST_DELAY_MS)));

  const log = await openEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { mode: 'write' });
  const readModel = await openReadModel(
    { kind: 'sqlite', path: join(folder, 'relationships.sqlite') },
    { mode: 'write', factors },
  );
  const end = Date.UTC(2026, 0, 1) + ROUNDS * 200 * 86_400_000;
  await new Projector({ log, readModel, program, clock: { now: () => end, until: async () => {} } }).catchUp();

  const touchpoints = new Set<string>();
  const stages = new Map<string, string>();
  const sequences = new Map<string, number>();
  const causes = new Set<string>();
  for await (const page of log.readAll())
    for (const event of page) {
      const customer = subjectOf(event.stream);
      const decision = decisionOf(event, customer);
      if (decision === undefined) {
        touchpoints.add(event.id);
        continue;
      }
      expect(decision.sequence).toBe((sequences.get(customer) ?? 0) + 1);
      sequences.set(customer, decision.sequence);
      causes.add(decision.cause);
      if (decision.kind !== 'stageChanged') continue;
      expect(decision.from).toBe(stages.get(customer) ?? null);
      stages.set(customer, decision.to);
    }
  expect(acknowledged.filter((id) => !touchpoints.has(id))).toEqual([]);
  expect([...causes].sort()).toEqual(['late', 'merge', 'time', 'touchpoint']);
  const identity = await openIdentityIndex(log);
  const survives = (customer: string) => identity.identities(customer).survivorOf(customer) === customer;
  for (const [customer, stage] of stages)
    expect((await readModel.load([customer]))[0]?.stage).toBe(survives(customer) ? stage : undefined);

  const location = { kind: 'sqlite', path: join(folder, 'events.sqlite') } as const;
  const report = await verify({ log: location, readModel, rulesets: { [rulesetHash(RETAIL)]: RETAIL } });
  expect(report.problems).toEqual([]);
  expect(report.decisions).toBeGreaterThan(ROUNDS);
  expect((await log.verifyIntegrity()).problems).toEqual([]);
  await readModel.close();
  await log.close();
}, 600_000);
