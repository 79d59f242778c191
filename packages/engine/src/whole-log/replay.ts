import { type Ruleset, rulesetHash } from '@rapport/domain';
import type { EventLogLocation } from '@rapport/event-log';
import { type RulesetName, rulesetName } from '../decisions';
import { unitedIn } from '../identity/united-in';
import { addCounts, noCounts } from './counts';
import type { RelationshipAt } from './relationship-at';
import type { ReplayCounts } from './replay-job';
import { runJob } from './run-job';

export interface ReplayOptions {
  readonly log: EventLogLocation;
  readonly ruleset: Ruleset;
  /** The instant every customer is classified at. */
  readonly asOf: number;
  readonly knownAt?: number;
  /** Worker threads; 1 works in this thread. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  onProgress?(touchpoints: number, customers: number): void;
}

export interface EachReplayOptions extends ReplayOptions {
  /** Gets the state of each customer, page by page, in no order; the work waits for it. */
  onRelationships?(page: readonly RelationshipAt[]): Promise<void>;
}

export interface ReplayReport {
  readonly ruleset: RulesetName;
  readonly asOf: number;
  readonly knownAt?: number;
  /** Read, of customers; those after asOf included. */
  readonly touchpoints: number;
  readonly customers: number;
  readonly parked: number;
  /** Customers by stage, in the order of the ladder. */
  readonly population: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly milliseconds: number;
}

/** Population by stage id from counts by index. */
export const populationOf = (ruleset: Ruleset, counts: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(ruleset.stages.map(({ id }, i) => [id, counts[i]!]));

/**
 * Folds the whole log again under a ruleset without touching anything, and counts customers by stage; memory
 * does not grow with the log.
 *
 * @throws Interrupted when the signal aborts
 */
export const replay = async (options: EachReplayOptions): Promise<ReplayReport> => {
  const { log, ruleset, asOf, knownAt, workers = 1, signal, onProgress, onRelationships } = options;
  const started = performance.now();
  const total: ReplayCounts = { ...noCounts(), population: ruleset.stages.map(() => 0) };
  await runJob<'replay', readonly RelationshipAt[], ReplayCounts>({
    log,
    job: 'replay',
    options: {
      ruleset,
      asOf,
      knownAt,
      united: await unitedIn(log, { asOf, knownAt }),
      each: onRelationships !== undefined,
    },
    workers,
    signal,
    onProgress,
    onPiece: onRelationships,
    onResult: (counts) => {
      addCounts(total, counts);
      for (const [stage, customers] of counts.population.entries()) total.population[stage]! += customers;
    },
  });
  return {
    ruleset: rulesetName(ruleset, rulesetHash(ruleset)),
    asOf,
    knownAt,
    touchpoints: total.touchpoints,
    customers: total.customers,
    parked: total.parked,
    population: populationOf(ruleset, total.population),
    workers,
    milliseconds: performance.now() - started,
  };
};
