import { compileRuleset, DAY, evaluate, RETAIL, type Touchpoint } from '@rapport/domain';
import { historyOf, Projector, recordTouchpoints } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { simulateCustomer } from '@rapport/simulator';
import { expectEqual, type Figure, median, timed } from './figure';
import { SEED } from './workload';

const HISTORY = 10_000;
const ROUNDS = 15;
const CUSTOMER = 'busy';

/** Touchpoints of many simulated customers told as those of one, in the order in which they were recorded. */
const longHistory = (): (Touchpoint & { version: number })[] => {
  const touchpoints: (Touchpoint & { version: number })[] = [];
  for (let i = 0; touchpoints.length < HISTORY; i++)
    for (const touchpoint of simulateCustomer({ customers: 1, seed: SEED }, i).touchpoints)
      if (touchpoints.length < HISTORY) touchpoints.push({ ...touchpoint, version: 1, customer: CUSTOMER });
  return touchpoints.sort((a, b) => a.recordedAt - b.recordedAt);
};

/** From a late touchpoint in the log to the saved relationship: read, fold again, decide, save. */
export const benchLate = async (directory: string): Promise<Figure> => {
  const program = compileRuleset(RETAIL);
  const factors = Object.fromEntries(program.factors.map(({ id, ...rest }) => [id, rest]));
  const log = await openEventLog({ kind: 'sqlite', path: `${directory}/late.sqlite` }, { mode: 'write' });
  const readModel = await openReadModel(
    { kind: 'sqlite', path: `${directory}/late-relationships.sqlite` },
    { mode: 'write', factors },
  );
  const touchpoints = longHistory();
  for (let i = 0; i < touchpoints.length; i += 1_000) await recordTouchpoints(log, touchpoints.slice(i, i + 1_000));
  const last = Math.max(...touchpoints.map(({ recordedAt }) => recordedAt));
  const clock = { now: () => last, until: async () => {} };
  const projector = new Projector({ log, readModel, program, clock });
  await projector.catchUp();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const late = {
      id: `late-${round}`,
      source: 'bench',
      type: 'order.completed',
      version: 1,
      customer: CUSTOMER,
      occurredAt: last - (300 + round) * DAY,
      data: { orderId: `late-${round}`, total: 40, items: [{ sku: 'P1', quantity: 1, price: 40 }] },
    };
    await recordTouchpoints(log, [late]);
    times.push((await timed(() => projector.catchUp())).ms);
  }
  const [stored] = await readModel.load([CUSTOMER]);
  const { fold } = evaluate(program, await historyOf(log, CUSTOMER), { asOf: last });
  await readModel.close();
  await log.close();
  return {
    name: `one late touchpoint for a customer with ${HISTORY.toLocaleString('en')}: fold again and save`,
    value: median(times),
    unit: 'ms',
    required: { atMost: 50 },
    check: "what is stored equals the pure function's answer",
    wrong: [
      ...expectEqual('stage', stored?.stage, fold.stageId),
      ...expectEqual('touchpoints', stored?.touchpoints, HISTORY + ROUNDS),
    ],
  };
};
