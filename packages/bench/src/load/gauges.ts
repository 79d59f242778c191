import { request } from 'undici';
import { createLatency, type Latency } from './latency';

/** The engine's own figures at one moment. */
export interface Gauges {
  readonly lagSeconds: number;
  readonly lagPositions: number;
}

const gaugeIn = (name: string, text: string): number => {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`The engine's metrics have no ${name}.`);
  return Number(value);
};

export const readGauges = async (url: string, headers: Readonly<Record<string, string>>): Promise<Gauges> => {
  const { statusCode, body } = await request(`${url}/metrics`, { headers, headersTimeout: 30_000 });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`GET /metrics answered ${statusCode}: ${text.slice(0, 200)}`);
  return {
    lagSeconds: gaugeIn('rapport_projection_lag_seconds', text),
    lagPositions: gaugeIn('rapport_projection_lag_positions', text),
  };
};

export interface LagSample {
  /** In milliseconds. */
  readonly lag: Latency;
  readonly mostPositions: number;
}

/** Polls how far the read model is behind, until it is stopped. */
export const sampleLag = (
  url: string,
  headers: Readonly<Record<string, string>>,
  everyMilliseconds: number,
): { stop(): Promise<LagSample> } => {
  const lag = createLatency();
  const stopping = new AbortController();
  let mostPositions = 0;
  const sampling = (async () => {
    while (!stopping.signal.aborted) {
      const { lagSeconds, lagPositions } = await readGauges(url, headers);
      lag.record(lagSeconds * 1_000);
      mostPositions = Math.max(mostPositions, lagPositions);
      await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
    }
  })();
  // A failure is thrown when the sample is requested.
  sampling.catch(() => {});
  return {
    stop: async () => {
      stopping.abort();
      await sampling;
      return { lag, mostPositions };
    },
  };
};

/** Resolves with the time it took, in milliseconds, until the read model holds everything. */
export const caughtUp = async (url: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const start = performance.now();
  for (;;) {
    const { lagPositions } = await readGauges(url, headers);
    const waited = performance.now() - start;
    if (lagPositions === 0) return waited;
    if (waited > PATIENCE_MS)
      throw new Error(`The read model is still ${lagPositions} events behind after two minutes.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const PATIENCE_MS = 120_000;
/** A scrape costs the engine a little. */
const POLL_MS = 100;
