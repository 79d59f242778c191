import { compileRuleset, type Ruleset, type UnitedCustomers } from '@rapport/domain';
import { type Position, subjectOf } from '@rapport/event-log';
import type { RelationshipSave } from '@rapport/read-model';
import { foldedParts } from '../fold/foldable';
import { createHistoryFold } from '../fold/history-fold';
import { relationshipSave } from '../fold/stored';
import { unitedStreams } from '../identity/united-streams';
import type { JobFactory } from '../partition/job';
import { firstAhead } from '../projector/ahead';
import { parkedFor } from '../projector/projection';
import { noCounts } from './counts';

export interface RebuildJobOptions {
  readonly ruleset: Ruleset;
  /** Time up to which relationships are brought; what lies ahead of it waits. */
  readonly now: number;
  /** The log up to here, inclusive. */
  readonly until: Position;
  /** Customers whose histories are folded as one. */
  readonly united: readonly UnitedCustomers[];
}

/** Folds every customer and hands over what the read model keeps of them. */
export const rebuildJob: JobFactory<RebuildJobOptions> = ({ ruleset, now, until, united }) => {
  const program = compileRuleset(ruleset);
  return ({ log, signal, emit, progress }) => {
    const counts = noCounts();
    const folding = createHistoryFold(program);
    const histories = unitedStreams(united);
    const wanted = foldedParts([program]);
    return {
      run: async (buckets) => {
        // The number of decisions goes on where the log has it, whatever is rebuilt.
        const sequences = new Map<string, number>();
        for await (const page of log.readStreams({ category: 'relationship', buckets, until, signal }))
          for (const { stream, events } of page) sequences.set(subjectOf(stream), Number(events.at(-1)?.data.sequence));
        for await (const page of histories(log, { buckets, until, ...wanted, signal })) {
          const saves: RelationshipSave[] = [];
          let touchpoints = 0;
          for (const { stream, events } of page) {
            const customer = subjectOf(stream);
            touchpoints += events.length;
            try {
              folding.whole(events, now, { asOf: now });
              const dueAt = firstAhead(events, now);
              // Nothing but merges and their undoing, and what lies ahead: there is no relationship.
              if (folding.fold.isEmpty) {
                if (dueAt !== undefined) saves.push({ kind: 'ahead', customer, dueAt });
                continue;
              }
              const history = { mode: 'replace' as const, changes: folding.history };
              saves.push(relationshipSave(customer, folding.fold, sequences.get(customer) ?? 0, history, dueAt));
              counts.customers++;
            } catch (error) {
              saves.push({ kind: 'parked', parked: parkedFor(customer, error, now) });
              counts.parked++;
            }
          }
          counts.touchpoints += touchpoints;
          await emit(saves);
          progress(touchpoints, page.length);
        }
      },
      result: () => counts,
    };
  };
};
