import { type Program, restoreFold, type TouchpointIdentity, viewOf } from '@rapport/domain';
import type { Position, StreamEvent } from '@rapport/event-log';
import type { ParkedCustomer, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { type ChangedPast, type Decision, decisionsFor, type RulesetName } from '../decisions';
import { foldable, UnfoldableTouchpoint } from '../fold/foldable';
import { createReasoningFold, type HistoryFold, type ReasonedChange } from '../fold/history-fold';
import { relationshipSave } from '../fold/stored';
import type { Decided } from '../identity/last-decided';
import { firstAhead } from './ahead';
import type { Taking } from './taking';

/** The result of folding one customer: what to save, and what was decided. */
export interface Outcome {
  readonly save: RelationshipSave;
  readonly decisions: readonly Decision[];
}

/** The state of one customer before a projection continues. */
export interface Standing {
  readonly customer: string;
  readonly stored: StoredRelationship | undefined;
  /** The last decisions about the customer; as stored, where anything is. */
  readonly decided: Decided;
  /** The instant up to which merges count; absent for a customer whom no link names. */
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

/** The parts of a fold that are to be saved and decided. */
interface Folded {
  readonly mode: 'append' | 'replace';
  readonly stages: readonly ReasonedChange[];
  readonly signals: HistoryFold<ReasonedChange>['signals'];
  readonly past?: ChangedPast;
  readonly dueAt: number | undefined;
}

/** Folds customers one at a time for a read model, and says what changed. Holds no customer between calls. */
export class Projection {
  private readonly ladder: readonly string[];
  private readonly folding: HistoryFold<ReasonedChange>;

  constructor(
    private readonly program: Program,
    private readonly ruleset: RulesetName,
  ) {
    this.ladder = program.stages.map(({ id }) => id);
    this.folding = createReasoningFold(program);
  }

  /**
   * Continues from what is stored, with what is taken now, and lets time pass up to `until` where that is given.
   *
   * @returns undefined when a touchpoint lies in the past of the state: then fold the whole history
   * @throws UnfoldableTouchpoint for a schema version newer than this build
   */
  continue(standing: Standing, { events, dueAt }: Taking, foldedUpTo: Position, until?: number): Outcome | undefined {
    const { customer, stored } = standing;
    const { folding } = this;
    if (stored === undefined) {
      if (events.length === 0 && dueAt !== undefined)
        return { save: { kind: 'ahead', customer, dueAt }, decisions: [] };
      folding.whole(events, until ?? LONG_AGO);
    } else {
      if (goesBack(stored, events)) return undefined;
      restoreFold(folding.fold, stored.state);
      folding.clear();
      folding.fold.apply(viewOf(foldable(events), {}));
      if (until !== undefined) folding.fold.advance(until);
    }
    const { history: stages, signals } = folding;
    return this.outcome(standing, foldedUpTo, { mode: 'append', stages, signals, dueAt });
  }

  /**
   * Folds all events of a customer's history, because the past changed or nothing is stored. Removes a customer for whom
   * nothing has happened yet.
   *
   * @throws UnfoldableTouchpoint for a schema version newer than this build
   */
  whole(
    standing: Standing,
    events: readonly StreamEvent[],
    foldedUpTo: Position,
    { now, past, until = LONG_AGO }: WholeOptions,
  ): Outcome {
    const { folding } = this;
    folding.whole(events, Math.min(now, Math.max(until, standing.stored?.instant ?? LONG_AGO)), { asOf: now });
    const dueAt = firstAhead(events, now);
    if (folding.fold.isEmpty) return { save: { kind: 'removed', customer: standing.customer, dueAt }, decisions: [] };
    return this.outcome(standing, foldedUpTo, { mode: 'replace', ...this.differences(standing), past, dueAt });
  }

  /** Stage and raised signals at an instant, by these events. */
  stands(events: readonly StreamEvent[], at: number): Pick<Decided, 'stage' | 'signals'> {
    this.folding.whole(events, at, { asOf: at });
    return { stage: this.folding.fold.stageId, signals: this.raisedSignals() };
  }

  private outcome(standing: Standing, foldedUpTo: Position, folded: Folded): Outcome {
    const { customer, decided, mergesAsOf } = standing;
    const { mode, stages, signals, past, dueAt } = folded;
    const { folding, ruleset, ladder } = this;
    const { fold } = folding;
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
      // A difference can only be computed again where the whole history was folded to.
      asOf: mode === 'replace' ? fold.instant : undefined,
    });
    const history = { mode, changes: folding.history };
    return { save: relationshipSave(customer, fold, sequence + decisions.length, history, dueAt), decisions };
  }

  private raisedSignals(): readonly string[] {
    return this.folding.fold.raisedSignals().map(({ id }) => id);
  }

  /** After a change of the past, only the difference between the last decisions and what holds now is decided. */
  private differences({ decided }: Standing): Pick<Folded, 'stages' | 'signals'> {
    const { folding, program } = this;
    const { fold } = folding;
    const stage = fold.stageId;
    const last = folding.history.at(-1);
    const stages =
      last === undefined || decided.stage === stage || stage === null
        ? []
        : [{ ...last, from: decided.stage, to: stage, at: fold.since }];
    const before = new Set(decided.signals);
    const raised = new Set(this.raisedSignals());
    const changed = program.signals.filter(({ id }) => raised.has(id) !== before.has(id));
    const signals = changed.map(({ id }) => {
      const when = folding.signals.findLast(({ signal }) => signal === id);
      // In the past as it is now the signal may never have been raised.
      return when ?? { at: fold.instant, signal: id, raised: raised.has(id), cause: 'touchpoint' as const };
    });
    return { stages, signals };
  }
}

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
