import type { EventLog, Position } from '@rapport/event-log';
import type { StoredRelationship } from '@rapport/read-model';
import type { RecordedDecision } from '../decisions';
import { decisionsOf } from '../history-of';

/** Stage and signals as last recorded, and how many decisions there are. */
export type Decided = StoredRelationship['decided'];

/** Of a customer about whom nothing was ever decided. */
export const UNDECIDED: Decided = { stage: null, signals: [], sequence: 0 };

const isWhole = (stages: readonly (RecordedDecision & { readonly kind: 'stageChanged' })[]): boolean =>
  stages.length > 0 && stages.every(({ from }, i) => from === (stages[i - 1]?.to ?? null));

/** Stage and signals after all decisions about a customer, from the first to the last. */
export const saidBy = (decisions: readonly RecordedDecision[]): Decided => {
  const raised = new Set<string>();
  let stage: string | null = null;
  for (const decision of decisions)
    if (decision.kind === 'stageChanged') stage = decision.to;
    else if (decision.kind === 'signalRaised') raised.add(decision.signal);
    else raised.delete(decision.signal);
  return { stage, signals: [...raised], sequence: decisions.at(-1)?.sequence ?? 0 };
};

/**
 * The last decided stage and signals of a customer who is not in the read model, because they were merged into another
 * until now. Taken from the decisions in the log. An import or a rebuild records none: where the stages show a gap, or
 * there are none, `taken` gives the state that counted as known.
 *
 * @param upTo decisions of folds that saw more do not count: they are still being taken
 */
export const lastDecided = async (
  log: EventLog,
  customer: string,
  upTo: Position | undefined,
  taken: () => Promise<Pick<Decided, 'stage' | 'signals'> | undefined>,
): Promise<Decided> => {
  const decisions =
    upTo === undefined ? [] : (await decisionsOf(log, customer)).filter(({ foldedUpTo }) => foldedUpTo <= upTo);
  const said = saidBy(decisions);
  const stages = decisions.filter((decision) => decision.kind === 'stageChanged');
  if (!isWhole(stages)) {
    const known = await taken();
    if (known !== undefined) return { ...known, sequence: said.sequence };
  }
  return said;
};
