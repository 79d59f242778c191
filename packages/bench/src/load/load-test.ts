import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Body, prepareBodies } from './bodies';
import { openChangeReader } from './change-reader';
import { checkStore, type Expected } from './check';
import { caughtUp } from './gauges';
import {
  batchBodies,
  type PartResult,
  type Plan,
  runArrivals,
  runBare,
  runBatches,
  runSingles,
  singleBodies,
} from './parts';
import { type Server, startBare, startEngine } from './servers';
import type { Measured } from './targets';

export const PARTS = ['batches', 'singles', 'arrivals', 'bare'] as const;
export type Part = (typeof PARTS)[number];

export interface LoadTestOptions {
  readonly plan: Plan;
  readonly parts: readonly Part[];
  /** A folder for profiles of the engine's processor time (open them in the DevTools of Chrome); slows it down. */
  readonly profile?: string;
  /** For people, while it runs. */
  readonly say: (text: string) => void;
}

export interface LoadTestResult {
  readonly measured: readonly Measured[];
  /** What does not add up; an empty list when the result is right. */
  readonly wrong: readonly string[];
  readonly touchpoints: number;
  readonly changes: number;
}

/** What the engine took at most, for the ratio. */
interface Most {
  readonly batches?: number;
  readonly singles?: number;
}

interface Bodies {
  readonly batches: readonly (readonly Body[])[];
  readonly singles: readonly (readonly Body[])[];
}

const prepare = (plan: Plan, parts: readonly Part[]): Bodies => {
  const wanted = (part: Part) => parts.includes(part) || parts.includes('bare');
  const batches = wanted('batches') ? batchBodies(plan) : [];
  const singles = wanted('singles') ? singleBodies(plan) : [];
  const bodies = prepareBodies([...batches, ...singles], plan.customers);
  return { batches: bodies.slice(0, batches.length), singles: bodies.slice(batches.length) };
};

const loadEngine = async (
  data: string,
  { plan, parts, profile, say }: LoadTestOptions,
  bodies: Bodies,
): Promise<LoadTestResult & { readonly most: Most }> => {
  const engine = await startEngine(data, profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]);
  try {
    const reader = await openChangeReader(engine.url, engine.headers);
    const results: PartResult[] = [];
    const most: { batches?: number; singles?: number } = {};
    if (parts.includes('batches')) {
      say(`batches of 100 at ${plan.rate.toLocaleString('en')}/s for ${plan.batches} s, then as many as it takes\n`);
      const result = await runBatches(engine, bodies.batches, plan);
      most.batches = result.most;
      results.push(result);
    }
    if (parts.includes('singles')) {
      say('single touchpoints\n');
      const result = await runSingles(engine, bodies.singles, plan);
      most.singles = result.most;
      results.push(result);
    }
    if (parts.includes('arrivals')) {
      say('from request to arrival\n');
      results.push(await runArrivals(engine, reader, plan));
    }
    say('checking\n');
    const seen = await settle(engine, reader, results);
    await engine.stop();
    const wrong = await checkStore(data, seen);
    return {
      most,
      measured: results.flatMap(({ measured }) => measured),
      wrong: [...results.flatMap((result) => result.wrong), ...wrong],
      touchpoints: seen.recorded,
      changes: seen.arrived.size,
    };
  } catch (error) {
    engine.kill();
    throw error;
  }
};

/** Waits until the read model holds everything and nothing more arrives at the subscriber. */
const settle = async (
  { url, headers }: Server,
  reader: Awaited<ReturnType<typeof openChangeReader>>,
  results: readonly PartResult[],
): Promise<Expected> => {
  await caughtUp(url, headers);
  let quietSince = Date.now();
  for (let before = -1; before !== reader.arrived.size; ) {
    before = reader.arrived.size;
    quietSince = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const streamEnded = reader.ended;
  reader.close();
  const recorded = results.reduce((sum, result) => sum + result.recorded, 0);
  return { recorded, arrived: reader.arrived, quietSince, streamEnded };
};

const loadBare = async (data: string, { plan, say }: LoadTestOptions, { batches, singles }: Bodies, most: Most) => {
  say('the bare route\n');
  const server = await startBare(data);
  try {
    const bare = await runBare(server, batches[3]!, singles[1]!, plan);
    await server.stop();
    const beside = (rate: number) => `the bare route takes ${Math.round(rate).toLocaleString('en')}/s`;
    const measured: Measured[] = [];
    if (most.batches !== undefined)
      measured.push({ target: 'batchRatio', value: most.batches / bare.batches, note: beside(bare.batches) });
    if (most.singles !== undefined)
      measured.push({ target: 'singleRatio', value: most.singles / bare.singles, note: beside(bare.singles) });
    return { measured, wrong: bare.wrong };
  } catch (error) {
    server.kill();
    throw error;
  }
};

/** Runs the parts one after another, on an engine and a data directory of their own, and removes both. */
export const loadTest = async (options: LoadTestOptions): Promise<LoadTestResult> => {
  const data = mkdtempSync(join(tmpdir(), 'rapport-load-'));
  mkdirSync(join(data, 'rapport-data'), { mode: 0o700 });
  try {
    options.say('preparing touchpoints\n');
    const bodies = prepare(options.plan, options.parts);
    const ofEngine = await loadEngine(data, options, bodies);
    if (!options.parts.includes('bare')) return ofEngine;
    const ofBare = await loadBare(data, options, bodies, ofEngine.most);
    return {
      ...ofEngine,
      measured: [...ofEngine.measured, ...ofBare.measured],
      wrong: [...ofEngine.wrong, ...ofBare.wrong],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};
