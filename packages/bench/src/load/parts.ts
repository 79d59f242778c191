import { type BodiesRequest, type Body, newCustomerBody } from './bodies';
import type { ChangeReader } from './change-reader';
import { caughtUp, sampleLag } from './gauges';
import { createLatency } from './latency';
import { closedLoop, openLoop, type Sent } from './loops';
import { measureCores } from './processor-time';
import { createSender } from './sender';
import type { Server } from './servers';
import { LOAD, type Measured } from './targets';

/** How much of what: seconds of each part, from the length of the longest. */
export const planOf = (seconds: number, rate: number, customers: number) => ({
  rate,
  customers,
  warmUp: Math.min(5, seconds),
  batches: seconds,
  half: Math.max(2, Math.min(20, seconds / 3)),
  most: Math.max(2, Math.min(10, seconds / 6)),
  singles: Math.max(2, Math.min(15, seconds / 4)),
  arrivals: Math.max(2, Math.min(15, seconds / 4)),
});
export type Plan = ReturnType<typeof planOf>;

/** Bodies are prepared for twice of what the closed loop is expected to take. */
const MOST_PREPARED = 50_000;
const MOST_SINGLES_PREPARED = 12_000;
const CALLERS = 16;
const SINGLE_CALLERS = 64;
const LAG_EVERY_MS = 250;

/** What a part found. */
export interface PartResult {
  readonly measured: readonly Measured[];
  readonly recorded: number;
  readonly wrong: readonly string[];
}

const failuresOf = (what: string, { failures, offered, recorded }: Sent): readonly string[] => [
  ...[...failures].map(([status, count]) => `${what}: ${count} requests were answered with ${status || 'no answer'}`),
  ...(offered !== recorded ? [`${what}: ${recorded} of ${offered} touchpoints were recorded`] : []),
];

/** Said of a rate that was not kept up. */
const gaveUp = ({ overwhelmed }: Sent): string =>
  overwhelmed ? '; not sent to the end: it was ten seconds behind' : '';

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const cores = (value: number | undefined): string => (value === undefined ? '?' : value.toFixed(2));

export const batchBodies = (plan: Plan): readonly BodiesRequest[] => {
  const rate = plan.rate * LOAD.offered;
  const bodies = (touchpoints: number) => ({
    count: Math.ceil(touchpoints / LOAD.perBatch),
    perBody: LOAD.perBatch,
    rate,
  });
  return [
    bodies(rate * plan.warmUp),
    bodies(rate * plan.batches),
    bodies((rate / 2) * plan.half),
    bodies(MOST_PREPARED * plan.most),
  ];
};

/**
 * Batches: warm up, then at the rate for a minute with an eye on the lag, then at half of it, then as many as the
 * engine takes.
 */
export const runBatches = async (
  server: Server,
  [warmUp = [], steady = [], half = [], most = []]: readonly (readonly Body[])[],
  plan: Plan,
): Promise<PartResult & { readonly most: number }> => {
  const { url, headers } = server;
  const sender = createSender({ url, headers, connections: CALLERS });
  const requests = (plan.rate * LOAD.offered) / LOAD.perBatch;
  const warm = await openLoop({ sender, bodies: warmUp, rate: requests });
  await caughtUp(url, headers);
  const sampling = sampleLag(url, headers, LAG_EVERY_MS);
  const used = measureCores(server.pid);
  const sent = await openLoop({ sender, bodies: steady, rate: requests });
  const { client, server: engine } = used();
  const { lag, mostPositions } = await sampling.stop();
  const after = await caughtUp(url, headers);
  const halfSampling = sampleLag(url, headers, LAG_EVERY_MS);
  const easy = await openLoop({ sender, bodies: half, rate: requests / 2 });
  const { lag: halfLag } = await halfSampling.stop();
  await caughtUp(url, headers);
  const closed = await closedLoop({ sender, bodies: most, callers: CALLERS, seconds: plan.most });
  const afterMost = await caughtUp(url, headers);
  await sender.close();
  const { latency } = sent;
  return {
    most: closed.rate,
    recorded: warm.recorded + sent.recorded + easy.recorded + closed.recorded,
    measured: [
      {
        target: 'batchRate',
        value: sent.rate,
        note: `for ${plan.batches} s; the engine took ${cores(engine)} cores${gaveUp(sent)}`,
      },
      {
        target: 'batchP99',
        value: latency.quantile(99),
        note: `p50 ${ms(latency.quantile(50))}, p99.9 ${ms(latency.quantile(99.9))}, longest ${ms(latency.max)}`,
      },
      {
        target: 'batchLag',
        value: lag.quantile(99),
        note: `p50 ${ms(lag.quantile(50))}, longest ${ms(lag.max)} (${mostPositions} events), caught up ${ms(after)} after the end`,
      },
      {
        target: 'halfLag',
        value: halfLag.quantile(99),
        note: `p50 ${ms(halfLag.quantile(50))}, longest ${ms(halfLag.max)}; request p99 ${ms(easy.latency.quantile(99))}`,
      },
      { target: 'clientCores', value: client },
      {
        target: 'batchMost',
        value: closed.rate,
        note: `${CALLERS} callers, p99 ${ms(closed.latency.quantile(99))}; caught up ${ms(afterMost)} after the end`,
      },
    ],
    wrong: [
      ...failuresOf('warm-up', warm),
      ...failuresOf('batches', sent),
      ...failuresOf('batches at half the rate', easy),
      ...failuresOf('batches, most', closed),
    ],
  };
};

export const singleBodies = (plan: Plan): readonly BodiesRequest[] => {
  const rate = LOAD.singleRate * LOAD.offered;
  const bodies = (count: number) => ({ count: Math.ceil(count), perBody: 1, rate });
  return [bodies(rate * plan.singles), bodies(MOST_SINGLES_PREPARED * plan.most)];
};

export const runSingles = async (
  server: Server,
  [steady = [], most = []]: readonly (readonly Body[])[],
  plan: Plan,
): Promise<PartResult & { readonly most: number }> => {
  const { url, headers } = server;
  const sender = createSender({ url, headers, connections: SINGLE_CALLERS });
  const used = measureCores(server.pid);
  const sent = await openLoop({ sender, bodies: steady, rate: LOAD.singleRate * LOAD.offered });
  const { client, server: engine } = used();
  await caughtUp(url, headers);
  const closed = await closedLoop({ sender, bodies: most, callers: SINGLE_CALLERS, seconds: plan.most });
  await caughtUp(url, headers);
  await sender.close();
  const { latency } = sent;
  return {
    most: closed.rate,
    recorded: sent.recorded + closed.recorded,
    measured: [
      {
        target: 'singleRate',
        value: sent.rate,
        note: `for ${plan.singles} s; client ${cores(client)}, engine ${cores(engine)} cores${gaveUp(sent)}`,
      },
      {
        target: 'singleP99',
        value: latency.quantile(99),
        note: `p50 ${ms(latency.quantile(50))}, longest ${ms(latency.max)}`,
      },
      {
        target: 'singleMost',
        value: closed.rate,
        note: `${SINGLE_CALLERS} callers, p99 ${ms(closed.latency.quantile(99))}`,
      },
    ],
    wrong: [...failuresOf('single touchpoints', sent), ...failuresOf('single touchpoints, most', closed)],
  };
};

const ARRIVAL_PATIENCE_MS = 10_000;

/** New customers, a request each: from when the request was due until the change of stage is read from the stream. */
export const runArrivals = async (server: Server, reader: ChangeReader, plan: Plan): Promise<PartResult> => {
  const { url, headers } = server;
  const sender = createSender({ url, headers, connections: SINGLE_CALLERS });
  const count = Math.ceil(LOAD.arrivalRate * plan.arrivals);
  const customerOf = (index: number): string => `n-${String(index).padStart(7, '0')}`;
  const bodies = Array.from({ length: count }, (_, index) => newCustomerBody(customerOf(index)));
  const due = new Map<string, number>();
  const latency = createLatency();
  reader.onChange = (customer, at) => {
    const from = due.get(customer);
    if (from === undefined) return;
    due.delete(customer);
    latency.record(at - from);
  };
  const sent = await openLoop({
    sender,
    bodies,
    rate: LOAD.arrivalRate,
    onDue: (index, at) => due.set(customerOf(index), at),
  });
  const end = performance.now() + ARRIVAL_PATIENCE_MS;
  while (due.size > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  reader.onChange = undefined;
  await sender.close();
  return {
    recorded: sent.recorded,
    measured: [
      { target: 'arrivalP50', value: latency.quantile(50), note: `${latency.count} changes` },
      {
        target: 'arrivalP99',
        value: latency.quantile(99),
        note: `longest ${ms(latency.max)}; the request alone p50 ${ms(sent.latency.quantile(50))}`,
      },
    ],
    wrong: [
      ...failuresOf('arrivals', sent),
      ...(due.size === 0 ? [] : [`${due.size} of ${count} changes of stage did not arrive`]),
    ],
  };
};

/** The same bodies by the same client to the bare route, as many as it takes. */
export const runBare = async (
  server: Server,
  batches: readonly Body[],
  singles: readonly Body[],
  plan: Plan,
): Promise<{ readonly batches: number; readonly singles: number; readonly wrong: readonly string[] }> => {
  const { url, headers } = server;
  const load = async (bodies: readonly Body[], callers: number) => {
    const sender = createSender({ url, headers, connections: callers });
    const warmUp = bodies.slice(0, Math.ceil(bodies.length / 10));
    await closedLoop({ sender, bodies: warmUp, callers, seconds: 2 });
    const sent = await closedLoop({ sender, bodies, callers, seconds: plan.most });
    await sender.close();
    return sent;
  };
  const ofBatches = await load(batches, CALLERS);
  const ofSingles = await load(singles, SINGLE_CALLERS);
  return {
    batches: ofBatches.rate,
    singles: ofSingles.rate,
    wrong: [...failuresOf('bare route, batches', ofBatches), ...failuresOf('bare route, single', ofSingles)],
  };
};
