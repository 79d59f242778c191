import { compareCodeUnits, type Ruleset, rulesetHash } from '@rapport/domain';
import { type RulesetName, rulesetName } from '../decisions';
import { unitedIn } from '../identity/united-in';
import type { ChangedCustomer, CompareCounts } from './compare-job';
import { addCounts, noCounts } from './counts';
import { populationOf, type ReplayOptions } from './replay';
import { runJob } from './run-job';

export interface ComparisonOptions extends ReplayOptions {
  /** The ruleset that `ruleset` is compared with: what would be if it were in force. */
  readonly other: Ruleset;
  /** How many customers that change are named; 100 when absent. */
  readonly listed?: number;
}

export interface ComparisonReport {
  readonly before: RulesetName;
  readonly after: RulesetName;
  readonly asOf: number;
  readonly knownAt?: number;
  readonly touchpoints: number;
  readonly customers: number;
  readonly parked: number;
  /** Customers whose stage differs. */
  readonly changed: number;
  readonly population: {
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  /** All pairs of stages that differ and have customers, the most frequent first. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly customers: number }[];
  /** The first of them by id, with the reasons. */
  readonly customersListed: readonly ChangedCustomer[];
  readonly milliseconds: number;
}

/** Folds the whole log under two rulesets and says who would change stage, and why. Touches nothing. */
export const compareRulesets = async (options: ComparisonOptions): Promise<ComparisonReport> => {
  const { log, ruleset: before, other: after, asOf, knownAt, workers = 1, signal, onProgress, listed = 100 } = options;
  const started = performance.now();
  const matrix = before.stages.map(() => after.stages.map(() => 0));
  const total = noCounts();
  const changedCustomers: ChangedCustomer[] = [];
  await runJob<'compare', never, CompareCounts>({
    log,
    job: 'compare',
    options: { before, after, asOf, knownAt, listed, united: await unitedIn(log, { asOf, knownAt }) },
    workers,
    signal,
    onProgress,
    onResult: (counts) => {
      addCounts(total, counts);
      changedCustomers.push(...counts.listed);
      for (const [from, row] of counts.transitions.entries())
        for (const [to, customers] of row.entries()) matrix[from]![to]! += customers;
    },
  });
  const transitions = before.stages
    .flatMap(({ id: from }, i) => after.stages.map(({ id: to }, j) => ({ from, to, customers: matrix[i]![j]! })))
    .filter(({ from, to, customers }) => from !== to && customers > 0)
    .sort((a, b) => b.customers - a.customers);
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    before: rulesetName(before, rulesetHash(before)),
    after: rulesetName(after, rulesetHash(after)),
    asOf,
    knownAt,
    ...total,
    changed: sum(transitions.map(({ customers }) => customers)),
    population: {
      before: populationOf(before, matrix.map(sum)),
      after: populationOf(
        after,
        after.stages.map((_, j) => sum(matrix.map((row) => row[j]!))),
      ),
    },
    transitions,
    customersListed: changedCustomers.sort((a, b) => compareCodeUnits(a.customer, b.customer)).slice(0, listed),
    milliseconds: performance.now() - started,
  };
};
