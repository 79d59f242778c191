import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compileRuleset, RETAIL } from '@rapport/domain';
import { type ReplayReport, rebuild, replay } from '@rapport/engine';
import type { EventLogLocation } from '@rapport/event-log';
import { beginReadModelBuild, openReadModel, switchInReadModel } from '@rapport/read-model';
import Database from 'better-sqlite3';
import { expectEqual, type Figure, perSecond, timed } from './figure';

/** The least disturbed of several rounds counts, for both sides. */
const ROUNDS = 5;
const best = (times: readonly number[]): number => Math.min(...times);

export interface ReplayBench {
  readonly log: EventLogLocation;
  readonly readModel: string;
  readonly touchpoints: number;
  readonly asOf: number;
}

/**
 * The same I/O with the bare driver: every event, customer by customer as a fold needs them, and its data parsed.
 * Beside it, for comparison, in the order of the file, which is cheaper to read but folds no customer.
 */
const readAndParse = (path: string, order: 'stream, revision' | 'position'): number => {
  const db = new Database(path, { readonly: true });
  db.pragma('mmap_size = 1073741824');
  const rows = db
    .prepare<[], unknown[]>(
      `SELECT stream, source, id, type, version, occurred_at, recorded_at, staff, correlation_id, data FROM events ORDER BY ${order}`,
    )
    .raw();
  let read = 0;
  for (const row of rows.iterate()) {
    JSON.parse(row[9] as string);
    read++;
  }
  db.close();
  return read;
};

export const benchReplay = async ({ log, readModel, touchpoints, asOf }: ReplayBench): Promise<readonly Figure[]> => {
  const run = (workers: number) => () => replay({ log, ruleset: RETAIL, asOf, workers });
  const reference: number[] = [];
  const inFileOrder: number[] = [];
  const one: number[] = [];
  const two: number[] = [];
  const rebuilding: number[] = [];
  let read = 0;
  const reports: ReplayReport[] = [];
  let population: Readonly<Record<string, number>> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await timed(() => readAndParse(log.path, 'stream, revision'));
    inFileOrder.push((await timed(() => readAndParse(log.path, 'position'))).ms);
    read = bare.result;
    reference.push(bare.ms);
    for (const [workers, times] of [
      [1, one],
      [2, two],
    ] as const) {
      const { result, ms } = await timed(run(workers));
      reports.push(result);
      times.push(ms);
    }
    const built = await timed(() => buildReadModel(log, readModel, asOf));
    population = built.result;
    rebuilding.push(built.ms);
  }
  const [first, second] = reports;
  const readEverything = expectEqual('touchpoints', [first!.touchpoints, read], [touchpoints, touchpoints]);
  const nonzero = (counts: Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(counts)
        .filter(([, customers]) => customers > 0)
        .sort(),
    );
  const against = {
    reference: `${perSecond(read, best(reference))} (in file order ${perSecond(read, best(inFileOrder))})`,
  };
  return [
    {
      name: 'replay, 1 worker, against reading and JSON.parse alone',
      value: best(reference) / best(one),
      unit: 'ratio',
      required: { atLeast: 0.5 },
      ours: perSecond(touchpoints, best(one)),
      ...against,
      check: 'all touchpoints are read and every customer has a stage',
      wrong: [
        ...readEverything,
        ...expectEqual(
          'customers',
          Object.values(first!.population).reduce((a, b) => a + b, 0),
          first!.customers,
        ),
      ],
    },
    {
      name: 'replay, 2 workers against 1',
      value: best(one) / best(two),
      unit: 'ratio',
      required: { atLeast: 1.6 },
      ours: perSecond(touchpoints, best(two)),
      reference: perSecond(touchpoints, best(one)),
      check: 'both give the same population',
      wrong: expectEqual('population', second!.population, first!.population),
    },
    {
      name: 'rebuild of the whole read model, 2 workers, against reading and JSON.parse alone',
      value: best(reference) / best(rebuilding),
      unit: 'ratio',
      required: { atLeast: 0.35 },
      ours: perSecond(touchpoints, best(rebuilding)),
      ...against,
      check: 'the read model has the population of the replay',
      wrong: expectEqual('population', nonzero(population), nonzero(first!.population)),
    },
    await benchMemory(log, asOf, first!),
  ];
};

const buildReadModel = async (
  log: EventLogLocation,
  path: string,
  now: number,
): Promise<Readonly<Record<string, number>>> => {
  const factors = Object.fromEntries(compileRuleset(RETAIL).factors.map(({ id, ...rest }) => [id, rest]));
  const building = `${path}.building`;
  const into = await beginReadModelBuild({ kind: 'sqlite', path: building }, factors);
  await rebuild({ log, into, ruleset: RETAIL, now, workers: 2 });
  await into.finish();
  await into.close();
  switchInReadModel({ kind: 'sqlite', path: building }, { kind: 'sqlite', path });
  const model = await openReadModel({ kind: 'sqlite', path }, { mode: 'read', factors });
  const population = await model.population();
  await model.close();
  return population;
};

/** The peak resident memory of a process that does nothing but replay. */
const benchMemory = async (log: EventLogLocation, asOf: number, expected: ReplayReport): Promise<Figure> => {
  const child = spawnSync(process.execPath, [join(__dirname, 'memory-main.js'), log.path, String(asOf)], {
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`the replay for its memory failed: ${child.stderr}`);
  const { peakMB, population } = JSON.parse(child.stdout) as {
    readonly peakMB: number;
    readonly population: Readonly<Record<string, number>>;
  };
  return {
    name: 'peak resident memory of the 2-worker replay',
    value: peakMB,
    unit: 'MB',
    required: { atMost: 600 },
    check: 'it gives the population of the others',
    wrong: expectEqual('population', population, expected.population),
  };
};
