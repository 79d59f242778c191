import { MODEL_VERSION } from '@rapport/domain';
import type { EventLog, Position } from '@rapport/event-log';
import type { ReadModel, RelationshipSave } from '@rapport/read-model';
import type { Outcome } from '../projection';
import { recordDecisions } from './record-decisions';
import type { Totals } from './report';

export interface SaverOptions {
  readonly log: EventLog;
  readonly readModel: ReadModel;
  /** Hash of the ruleset that the read model is made with. */
  readonly ruleset: string;
  /** Whether decisions are recorded. */
  readonly announce: boolean;
  /** The present that is saved with what was folded. */
  asOf(): number;
  readonly total: Totals;
  onSaved(checkpoint: Position): void;
}

/** Saves what was folded, decisions first, and knows what is in the read model. */
export interface Saver {
  /** Up to where the read model is made; undefined when nothing was saved. */
  readonly checkpoint: Position | undefined;
  readonly parked: ReadonlySet<string>;
  /** Learns from the read model what is in it. */
  learn(checkpoint: Position | undefined): Promise<void>;
  /** Saves what came of folding up to a position. */
  save(outcomes: readonly Outcome[], position: Position): Promise<void>;
  /** The same, and decisions are recorded whatever the options say: some of them were already. */
  saveAnnounced(outcomes: readonly Outcome[], position: Position): Promise<void>;
}

export const createSaver = ({ log, readModel, ruleset, announce, asOf, total, onSaved }: SaverOptions): Saver => {
  let checkpoint: Position | undefined;
  let parked = new Set<string>();

  const count = (save: RelationshipSave): void => {
    total.customers++;
    if (save.kind === 'ahead') return;
    if (save.kind !== 'parked') {
      parked.delete(save.kind === 'removed' ? save.customer : save.relationship.customer);
      return;
    }
    const { customer } = save.parked;
    if (!parked.has(customer)) total.parked++;
    parked.add(customer);
  };

  const saveAll = async (
    saves: readonly RelationshipSave[],
    position: Position,
    recorded?: Promise<unknown>,
  ): Promise<void> => {
    await readModel.save(saves, { position, ruleset, model: MODEL_VERSION, asOf: asOf() }, recorded);
    checkpoint = position;
    for (const save of saves) count(save);
    onSaved(position);
  };

  const saveAnnounced: Saver['saveAnnounced'] = async (outcomes, position) => {
    const decided = outcomes.flatMap(({ decisions }) => (decisions.length > 0 ? [decisions] : []));
    const recorded = recordDecisions(log, decided);
    try {
      // The read model is written while the log takes the decisions, and committed when it has.
      await saveAll(
        outcomes.map(({ save }) => save),
        position,
        decided.length === 0 ? undefined : recorded,
      );
    } finally {
      // Also where nothing was saved: who projects next must find in the log what was on its way into it.
      await recorded.catch(() => undefined);
    }
    total.decisions += await recorded;
  };

  return {
    get checkpoint() {
      return checkpoint;
    },
    get parked() {
      return parked;
    },
    learn: async (saved) => {
      checkpoint = saved;
      parked = new Set((await readModel.parked()).map(({ customer }) => customer));
    },
    save: (outcomes, position) =>
      announce
        ? saveAnnounced(outcomes, position)
        : saveAll(
            outcomes.map(({ save, decisions }) => unannounced(save, decisions.length)),
            position,
          ),
    saveAnnounced,
  };
};

/** A save whose changes were not recorded as decisions: the sequence stays where it was. */
const unannounced = (save: RelationshipSave, decisions: number): RelationshipSave =>
  save.kind !== 'relationship'
    ? save
    : {
        ...save,
        relationship: {
          ...save.relationship,
          decided: { ...save.relationship.decided, sequence: save.relationship.decided.sequence - decisions },
        },
      };
