import { identitiesOf, type StageMove, saveFold } from '@rapport/domain';
import type { EventLogWithHistory, Position } from '@rapport/event-log';
import { foldedParts } from '../fold/foldable';
import type { HistoryFold } from '../fold/history-fold';
import type { RecordedLink } from '../identity/identity-index';
import { readMembers } from '../identity/united-streams';
import { firstAhead } from '../projector/ahead';
import type { FoldedCustomer } from './verify-job';

export interface BeforeDueOptions {
  readonly log: EventLogWithHistory;
  readonly folding: HistoryFold<StageMove>;
  readonly links: readonly RecordedLink[];
  /** The read model's checkpoint. */
  readonly until: Position;
  readonly asOf: number;
}

/**
 * Folds a customer of whom something waits: up to when that comes due, as the read model says. Workers fold everything,
 * for they do not have the read model; there are few of these.
 *
 * @returns the customer as they should be stored; `folded` is null where nothing has happened yet
 */
export const foldsBeforeDue = ({ log, folding, links, until, asOf }: BeforeDueOptions) => {
  const identities = identitiesOf(
    links.filter(({ position }) => position <= until),
    { asOf },
  );
  const wanted = { ...foldedParts([folding.fold.program]), until };
  return async (one: FoldedCustomer, dueAt: number): Promise<FoldedCustomer> => {
    const { customer } = one;
    if (one.folded === undefined) return one;
    const events = await readMembers(log, identities.membersOf(customer), wanted);
    // If nothing occurs at that instant, the read model waits for nothing, and must hold everything.
    if (firstAhead(events, dueAt - 1) !== dueAt) return one;
    folding.whole(events, Number.NEGATIVE_INFINITY, { asOf: dueAt - 1 });
    const { fold, history } = folding;
    return { customer, folded: fold.isEmpty ? null : { state: saveFold(fold), history: [...history] } };
  };
};
