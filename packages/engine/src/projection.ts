import { type Program, restoreFold, type TouchpointIdentity, viewOf } from '@rapport/domain';
import type { Position, StreamEvent } from '@rapport/event-log';
import type { ParkedCustomer, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { type ChangedPast, type Decision, decisionsFor, type RulesetName } from './decision';
import { foldable, UnfoldableTouchpoint } from './foldable';
import { createReasoningFold, type HistoryFold, type ReasonedChange } from './history-fold';
import type { Decided } from './identity/last-decided';
import { firstAhead } from './projector/ahead';
import type { Taking } from './projector/taking';
import { relationshipSave } from './stored';

/** What came of folding one customer: what to save, and what was decided. */
export interface Outcome {
  readonly save: RelationshipSave;
  readonly decisions: readonly Decision[];
}

/** What a projection knows of one customer before it goes on. */
export interface Standing {
  readonly customer: string;
  readonly stored: StoredRelationship | undefined;
  /** The last decisions about the customer; as stored, if anything is. */
  readonly decided: Decided;
  /** The instant up to which merges count; absent for who has nothing to do with any. */
  readonly mergesAsOf?: number;
}

/** How the whole of a history is to be folded. */
export interface WholeOptions {
  /** The present: what lies ahead of it waits. */
  readonly now: number;
  /** Why the past changed. */
  readonly past?: ChangedPast;
  /** Time up to which they are brought at least, though not beyond the present. */
  readonly until?: number;
}

const LONG_AGO = Number.NEGATIVE_INFINITY;

export interface Projection {
  /**
   * Goes on from what is stored, with what is taken now, and lets time pass up to `until` where that is given.
   * Undefined when a touchpoint lies in the past of the state: then fold the whole.
   */
  continue(standing: Standing, taking: Taking, foldedUpTo: Position, until?: number): Outcome | undefined;
  /**
   * Folds all events of a customer's history, because the past changed or nothing is stored. Nothing is left of a
   * customer of whom nothing has happened yet.
   */
  whole(standing: Standing, events: readonly StreamEvent[], foldedUpTo: Position, options: WholeOptions): Outcome;
  /** Stage and raised signals at an instant, by these events. */
  stands(events: readonly StreamEvent[], at: number): Pick<Decided, 'stage' | 'signals'>;
}

const identityOf = ({ source, id }: StreamEvent): TouchpointIdentity => ({ source, id });

/** Whether the state cannot go on: touchpoints of its instant are one step with those it has applied already. */
const goesBack = (stored: StoredRelationship, events: readonly StreamEvent[]): boolean =>
  events.some(({ occurredAt }) => occurredAt <= stored.instant);

/** The first event, in order of arrival, that happened before the state's instant. */
export const firstLate = (
  stored: StoredRelationship,
  events: readonly StreamEvent[],
): TouchpointIdentity | undefined => {
  const late = events.find(({ occurredAt }) => occurredAt < stored.instant);
  return late === undefined ? undefined : identityOf(late);
};

/** What of a fold is to be saved and decided. */
interface Folded {
  readonly mode: 'append' | 'replace';
  readonly stages: readonly ReasonedChange[];
  readonly signals: HistoryFold<ReasonedChange>['signals'];
  readonly past?: ChangedPast;
  readonly dueAt: number | undefined;
}

/** Folds customers one at a time for a read model, and says what changed. Holds no customer between calls. */
export const createProjection = (program: Program, ruleset: RulesetName): Projection => {
  const ladder = program.stages.map(({ id }) => id);
  const folding = createReasoningFold(program);
  const { fold } = folding;

  const restore = (stored: StoredRelationship): void => {
    restoreFold(fold, stored.state);
    folding.clear();
  };

  const outcome = (standing: Standing, foldedUpTo: Position, folded: Folded): Outcome => {
    const { customer, decided, mergesAsOf } = standing;
    const { mode, stages, signals, past, dueAt } = folded;
    const { sequence } = decided;
    const decisions = decisionsFor({
      customer,
      ruleset,
      foldedUpTo,
      mergesAsOf,
      ladder,
      stages,
      signals,
      raised: decided.signals,
      sequence,
      past,
      // A difference can only be computed again where the whole stood.
      asOf: mode === 'replace' ? fold.instant : undefined,
    });
    const history = { mode, changes: folding.history };
    return { save: relationshipSave(customer, fold, sequence + decisions.length, history, dueAt), decisions };
  };

  const raisedSignals = (): readonly string[] => fold.raisedSignals().map(({ id }) => id);

  /** After a change of the past only the difference between what was said last and what holds now is decided. */
  const differences = ({ decided }: Standing) => {
    const said = { stage: decided.stage, signals: new Set(decided.signals) };
    const now = fold.stageId;
    const last = folding.history.at(-1);
    const stages =
      last === undefined || said.stage === now || now === null
        ? []
        : [{ ...last, from: said.stage, to: now, at: fold.since }];
    const raisedNow = new Set(raisedSignals());
    const changed = program.signals.filter(({ id }) => raisedNow.has(id) !== said.signals.has(id));
    const signals = changed.map(({ id }) => {
      const when = folding.signals.findLast(({ signal }) => signal === id);
      // In the past as it is now it may never have been raised.
      return when ?? { at: fold.instant, signal: id, raised: raisedNow.has(id), cause: 'touchpoint' as const };
    });
    return { stages, signals };
  };

  return {
    continue: (standing, { events, dueAt }, foldedUpTo, until) => {
      const { customer, stored } = standing;
      if (stored === undefined) {
        if (events.length === 0 && dueAt !== undefined)
          return { save: { kind: 'ahead', customer, dueAt }, decisions: [] };
        folding.whole(events, until ?? LONG_AGO);
      } else {
        if (goesBack(stored, events)) return undefined;
        restore(stored);
        fold.apply(viewOf(foldable(events), {}));
        if (until !== undefined) fold.advance(until);
      }
      const { history: stages, signals } = folding;
      return outcome(standing, foldedUpTo, { mode: 'append', stages, signals, dueAt });
    },
    whole: (standing, events, foldedUpTo, { now, past, until = LONG_AGO }) => {
      folding.whole(events, Math.min(now, Math.max(until, standing.stored?.instant ?? LONG_AGO)), { asOf: now });
      const dueAt = firstAhead(events, now);
      if (fold.isEmpty) return { save: { kind: 'removed', customer: standing.customer, dueAt }, decisions: [] };
      return outcome(standing, foldedUpTo, { mode: 'replace', ...differences(standing), past, dueAt });
    },
    stands: (events, at) => {
      folding.whole(events, at, { asOf: at });
      return { stage: fold.stageId, signals: raisedSignals() };
    },
  };
};

/** A customer whose touchpoints cannot be folded, with the reason. */
export const parkedFor = (customer: string, error: unknown, parkedAt: number): ParkedCustomer => {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    customer,
    reason,
    ...(error instanceof UnfoldableTouchpoint ? { touchpoint: error.touchpoint } : undefined),
    parkedAt,
  };
};
