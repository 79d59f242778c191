import { type Body, stamp } from './bodies';
import { createLatency, type Latency } from './latency';
import type { Sender } from './sender';

const OVERWHELMED_MS = 10_000;

/** What was sent and what came of it. */
export interface Sent {
  /** Touchpoints sent, and those that the server said it recorded. */
  readonly offered: number;
  readonly recorded: number;
  /** Recorded per second while it was measured. */
  readonly rate: number;
  readonly latency: Latency;
  /** Whether the server was so far behind that the rest was not sent. */
  readonly overwhelmed: boolean;
  /** Answers that were not of success, by status; 0 for connections that broke. */
  readonly failures: ReadonlyMap<number, number>;
}

const counting = () => {
  const failures = new Map<number, number>();
  let recorded = 0;
  return {
    failures,
    get recorded() {
      return recorded;
    },
    send: async (sender: Sender, body: Body): Promise<number> => {
      stamp(body, Date.now());
      const { status, recorded: ofThese } = await sender.send(body).catch(() => ({ status: 0, recorded: 0 }));
      if (status < 200 || status >= 300) failures.set(status, (failures.get(status) ?? 0) + 1);
      recorded += ofThese;
      return ofThese;
    },
  };
};

export interface OpenLoopOptions {
  readonly sender: Sender;
  readonly bodies: readonly Body[];
  /** Requests per second. */
  readonly rate: number;
  /** A server that is this far behind, in milliseconds, will not make good on the rate any more; ten seconds when absent. */
  readonly overwhelmedAfter?: number;
  /** Told of each request when it is due, in the time of `performance.now()`. */
  readonly onDue?: (index: number, due: number) => void;
}

/**
 * Sends at a fixed rate whatever the server does, as its clients would. A request is timed from when it was due, not
 * from when it could be sent, so that a server that stands still is charged for every request that it kept waiting:
 * nothing is left to correct for coordinated omission. Ends early when the server is overwhelmed.
 */
export const openLoop = ({
  sender,
  bodies,
  rate,
  onDue,
  overwhelmedAfter = OVERWHELMED_MS,
}: OpenLoopOptions): Promise<Sent> =>
  new Promise((resolve) => {
    const latency = createLatency();
    const counts = counting();
    const start = performance.now();
    const end = start + (bodies.length / rate) * 1_000;
    let recordedInTime = 0;
    let next = 0;
    let answered = 0;
    let overwhelmed = false;
    const fire = async (body: Body, due: number): Promise<void> => {
      const recorded = await counts.send(sender, body);
      const now = performance.now();
      latency.record(now - due);
      if (now <= end) recordedInTime += recorded;
      overwhelmed ||= now - due > overwhelmedAfter;
      answered++;
      if (answered < next || (next < bodies.length && !overwhelmed)) return;
      resolve({
        offered: bodies.slice(0, next).reduce((sum, { touchpoints }) => sum + touchpoints, 0),
        recorded: counts.recorded,
        rate: (recordedInTime / (Math.min(end, overwhelmed ? now : end) - start)) * 1_000,
        latency,
        overwhelmed,
        failures: counts.failures,
      });
    };
    const tick = (): void => {
      const now = performance.now();
      for (; next < bodies.length && !overwhelmed; next++) {
        const due = start + (next / rate) * 1_000;
        if (due > now) break;
        onDue?.(next, due);
        void fire(bodies[next]!, due);
      }
      if (next < bodies.length && !overwhelmed) setTimeout(tick, start + (next / rate) * 1_000 - now);
    };
    tick();
  });

export interface ClosedLoopOptions {
  readonly sender: Sender;
  readonly bodies: readonly Body[];
  /** Requests under way at any time. */
  readonly callers: number;
  readonly seconds: number;
}

/** Sends the next as soon as one is answered: as much as the server takes. Ends with the bodies, or with the time. */
export const closedLoop = async ({ sender, bodies, callers, seconds }: ClosedLoopOptions): Promise<Sent> => {
  const latency = createLatency();
  const counts = counting();
  const start = performance.now();
  const end = start + seconds * 1_000;
  let next = 0;
  let offered = 0;
  const caller = async (): Promise<void> => {
    for (let from = performance.now(); next < bodies.length && from < end; from = performance.now()) {
      const body = bodies[next++];
      offered += body!.touchpoints;
      await counts.send(sender, body!);
      latency.record(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const { recorded, failures } = counts;
  return {
    offered,
    recorded,
    rate: (recorded / (performance.now() - start)) * 1_000,
    latency,
    overwhelmed: false,
    failures,
  };
};
