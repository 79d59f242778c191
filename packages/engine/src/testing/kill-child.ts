/**
 * The process that the kill test kills: intake and live projection, as an engine runs them. Customers order, complain,
 * write and fall silent on a clock that runs a day a touchpoint. Some touchpoints are late, and some lie ahead, as some
 * merges do. Now and then two customers turn out to be one, and some of them two after all.
 *
 * Arguments: folder of the stores, number of the round. Prints `open`, then every acknowledged touchpoint's id.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { compileRuleset, DAY, type DecodedTouchpoint, RETAIL } from '@rapport/domain';
import { openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import type { Clock } from '../clock';
import { factorsOf } from '../fold/factors-of';
import { recordTouchpoints } from '../intake';
import { Projector } from '../projector/projector';

const START = Date.UTC(2026, 0, 1);
const CUSTOMERS = 25;
const ROUND_LENGTH = 200;
const TYPES = [
  'order.completed',
  'message.received',
  'complaint.opened',
  'order.completed',
  'complaint.resolved',
  'email.sent',
];

const instantOf = (round: number, n: number): number => START + (round * ROUND_LENGTH + n) * DAY * 0.3;

/** Every ninth: a few customers are merged, taken elsewhere, and taken out again. */
const link = (round: number, n: number, now: number): DecodedTouchpoint => {
  const turn = round * 7 + (n - 4) / 9;
  const merged = turn % 3 !== 2;
  return {
    id: `${round}-${n}`,
    source: 'kill',
    type: merged ? 'customer.merged' : 'customer.unmerged',
    version: 1,
    customer: `c${turn % 6}`,
    occurredAt: now + (n % 4 === 0 ? 2 * DAY : 0),
    recordedAt: now,
    data: merged ? { into: `c${(turn * 5 + 1) % 8}` } : {},
  };
};

const touchpoint = (round: number, n: number): DecodedTouchpoint => {
  const now = instantOf(round, n);
  if (n % 9 === 4) return link(round, n, now);
  const type = TYPES[(n * 7 + round) % TYPES.length];
  const late = n % 5 === 0 ? 9 * DAY : n % 7 === 3 ? -4 * DAY : 0;
  const customer = `c${(n * 11) % CUSTOMERS}`;
  return {
    id: `${round}-${n}`,
    source: 'kill',
    type,
    version: 1,
    customer,
    occurredAt: now - late,
    data: type.startsWith('complaint') ? { caseId: `${customer}-${round}` } : {},
  };
};

const main = async (folder: string, round: number): Promise<void> => {
  const program = compileRuleset(RETAIL);
  const log = await openEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { mode: 'write' });
  const readModel = await openReadModel(
    { kind: 'sqlite', path: join(folder, 'relationships.sqlite') },
    {
      mode: 'write',
      factors: factorsOf(program),
    },
  );
  let now = START + round * ROUND_LENGTH * DAY * 0.3;
  const clock: Clock = {
    now: () => now,
    until: (instant, signal) =>
      new Promise((resolve) => {
        const look = () => (instant <= now || signal.aborted ? resolve() : setImmediate(look));
        look();
      }),
  };
  writeSync(1, 'open\n');
  void new Projector({ log, readModel, program, clock, pageSize: 7 }).run(new AbortController().signal);
  for (let n = 0; n < ROUND_LENGTH; n += 2) {
    const pair = [touchpoint(round, n), touchpoint(round, n + 1)];
    now = Math.max(now, instantOf(round, n + 1));
    await recordTouchpoints(log, pair);
    for (const { id } of pair) writeSync(1, `${id}\n`);
    await new Promise(setImmediate);
  }
};

void main(process.argv[2], Number(process.argv[3]));
