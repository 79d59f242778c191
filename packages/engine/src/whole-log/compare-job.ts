import {
  compareCodeUnits,
  compileRuleset,
  type DecidingCondition,
  type Ruleset,
  type UnitedCustomers,
} from '@rapport/domain';
import { subjectOf } from '@rapport/event-log';
import { foldedParts } from '../fold/foldable';
import { createClassifier, createReasoningFold } from '../fold/history-fold';
import { unitedStreams } from '../identity/united-streams';
import type { JobFactory } from '../partition/job';
import { type Counts, noCounts } from './counts';

export interface CompareJobOptions {
  readonly before: Ruleset;
  readonly after: Ruleset;
  readonly asOf: number;
  readonly knownAt?: number;
  /** How many customers that change are named at most. */
  readonly listed: number;
  /** Customers whose histories are folded as one. */
  readonly united: readonly UnitedCustomers[];
}

/** A customer whom the other ruleset puts elsewhere, and the conditions that decided. */
export interface ChangedCustomer {
  readonly customer: string;
  readonly from: string;
  readonly to: string;
  /** When the customer entered the stage of the other ruleset, and why. */
  readonly since: number;
  readonly because: readonly DecidingCondition[];
}

export interface CompareCounts extends Counts {
  /** `[stage before][stage after]`, by index. */
  readonly transitions: number[][];
  /** The first of those that change, by id, and perhaps some more. */
  readonly listed: ChangedCustomer[];
}

/** The first by id, whatever range a worker happens to be given, without keeping all of them. */
const keepFirst = (changed: ChangedCustomer[], listed: number): void => {
  changed.sort((a, b) => compareCodeUnits(a.customer, b.customer));
  changed.length = Math.min(changed.length, listed);
};

/** Classifies every customer under two rulesets. */
export const compareJob: JobFactory<CompareJobOptions> = ({ before, after, asOf, knownAt, listed, united }) => {
  const programs = [compileRuleset(before), compileRuleset(after)] as const;
  return ({ log, signal, progress }) => {
    const counts: CompareCounts = {
      ...noCounts(),
      transitions: before.stages.map(() => after.stages.map(() => 0)),
      listed: [],
    };
    const [first, second] = [createClassifier(programs[0]), createReasoningFold(programs[1])];
    const histories = unitedStreams(united);
    const wanted = foldedParts(programs, knownAt);
    return {
      run: async (buckets) => {
        for await (const page of histories(log, { buckets, ...wanted, signal })) {
          let touchpoints = 0;
          for (const { stream, events } of page) {
            touchpoints += events.length;
            try {
              first.whole(events, asOf, { asOf, knownAt });
              second.whole(events, asOf, { asOf, knownAt });
            } catch {
              counts.parked++;
              continue;
            }
            const from = first.fold.stage;
            const to = second.fold.stage;
            if (from < 0) continue;
            counts.customers++;
            counts.transitions[from]![to]!++;
            const [stageFrom, stageTo] = [before.stages[from]!.id, after.stages[to]!.id];
            const last = second.history.at(-1);
            if (stageFrom !== stageTo && last !== undefined && listed > 0) {
              counts.listed.push({
                customer: subjectOf(stream),
                from: stageFrom,
                to: stageTo,
                since: last.at,
                because: last.because,
              });
              if (counts.listed.length >= 2 * listed) keepFirst(counts.listed, listed);
            }
          }
          counts.touchpoints += touchpoints;
          progress(touchpoints, page.length);
        }
      },
      result: () => counts,
    };
  };
};
