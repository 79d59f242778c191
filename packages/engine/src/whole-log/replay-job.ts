import { compileRuleset, type Ruleset, type UnitedCustomers } from '@rapport/domain';
import { subjectOf } from '@rapport/event-log';
import { foldedParts } from '../fold/foldable';
import { createClassifier } from '../fold/history-fold';
import { unitedStreams } from '../identity/united-streams';
import type { JobFactory } from '../partition/job';
import { type Counts, noCounts } from './counts';
import { type RelationshipAt, relationshipAt } from './relationship-at';

export interface ReplayJobOptions {
  readonly ruleset: Ruleset;
  readonly asOf: number;
  readonly knownAt?: number;
  /** Customers whose histories are folded as one. */
  readonly united: readonly UnitedCustomers[];
  /** Hands over where each customer stands, page by page. */
  readonly each: boolean;
}

/** The counts of one worker. */
export interface ReplayCounts extends Counts {
  /** Customers by index of their stage. */
  readonly population: number[];
}

/** Classifies every customer and counts; hands over each of them where that is asked for. */
export const replayJob: JobFactory<ReplayJobOptions> = ({ ruleset, asOf, knownAt, united, each }) => {
  const program = compileRuleset(ruleset);
  return ({ log, signal, emit, progress }) => {
    const counts: ReplayCounts = { ...noCounts(), population: program.stages.map(() => 0) };
    const folding = createClassifier(program);
    const histories = unitedStreams(united);
    const wanted = foldedParts([program], knownAt);
    return {
      run: async (buckets) => {
        for await (const page of histories(log, { buckets, ...wanted, signal })) {
          const relationships: RelationshipAt[] = [];
          let touchpoints = 0;
          for (const { stream, events } of page) {
            touchpoints += events.length;
            try {
              folding.whole(events, asOf, { asOf, knownAt });
            } catch {
              counts.parked++;
              continue;
            }
            if (folding.fold.isEmpty) continue;
            counts.customers++;
            counts.population[folding.fold.stage]!++;
            if (each) relationships.push(relationshipAt(subjectOf(stream), folding.fold, asOf));
          }
          counts.touchpoints += touchpoints;
          if (relationships.length > 0) await emit(relationships);
          progress(touchpoints, page.length);
        }
      },
      result: () => counts,
    };
  };
};
