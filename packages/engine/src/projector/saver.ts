import { MODEL_VERSION } from '@rapport/domain';
import type { EventLog, Position } from '@rapport/event-log';
import type { ReadModel, RelationshipSave } from '@rapport/read-model';
import { recordDecisions } from '../decisions';
import type { Outcome } from './projection';
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
export class Saver {
  private savedUpTo: Position | undefined;
  private parkedNow = new Set<string>();

  constructor(private readonly options: SaverOptions) {}

  /** Everything up to here is in the read model; undefined when nothing was saved. */
  get checkpoint(): Position | undefined {
    return this.savedUpTo;
  }

  get parked(): ReadonlySet<string> {
    return this.parkedNow;
  }

  /** Reads from the read model what is in it. */
  async learn(checkpoint: Position | undefined): Promise<void> {
    this.savedUpTo = checkpoint;
    this.parkedNow = new Set((await this.options.readModel.parked()).map(({ customer }) => customer));
  }

  /** Saves the outcomes of folding up to a position. Records their decisions where the options say so. */
  save(outcomes: readonly Outcome[], position: Position): Promise<void> {
    return this.options.announce
      ? this.saveAnnounced(outcomes, position)
      : this.saveAll(
          outcomes.map(({ save, decisions }) => unannounced(save, decisions.length)),
          position,
        );
  }

  /** Records decisions whatever the options say: some of them were recorded already. */
  async saveAnnounced(outcomes: readonly Outcome[], position: Position): Promise<void> {
    const decided = outcomes.flatMap(({ decisions }) => (decisions.length > 0 ? [decisions] : []));
    const recorded = recordDecisions(this.options.log, decided);
    try {
      // The read model is written while the log takes the decisions, and committed when it has.
      await this.saveAll(
        outcomes.map(({ save }) => save),
        position,
        decided.length === 0 ? undefined : recorded,
      );
    } finally {
      // Wait for the append even when saving failed: the next projector must find in the log what was on its way there.
      await recorded.catch(() => undefined);
    }
    this.options.total.decisions += await recorded;
  }

  private async saveAll(
    saves: readonly RelationshipSave[],
    position: Position,
    recorded?: Promise<unknown>,
  ): Promise<void> {
    const { readModel, ruleset, asOf, onSaved } = this.options;
    await readModel.save(saves, { position, ruleset, model: MODEL_VERSION, asOf: asOf() }, recorded);
    this.savedUpTo = position;
    for (const save of saves) this.count(save);
    onSaved(position);
  }

  private count(save: RelationshipSave): void {
    const { total } = this.options;
    total.customers++;
    switch (save.kind) {
      case 'ahead':
        return;
      case 'relationship':
        this.parkedNow.delete(save.relationship.customer);
        return;
      case 'removed':
        this.parkedNow.delete(save.customer);
        return;
      case 'parked':
        if (!this.parkedNow.has(save.parked.customer)) total.parked++;
        this.parkedNow.add(save.parked.customer);
    }
  }
}

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
