import type { ComplaintCase, OpenPromise, TouchpointIdentity } from '@rapport/domain';

/**
 * The port of the read model: current relationships and what can be asked about them. All of it can be dropped and
 * rebuilt from the log. Every adapter passes the contract suite in `testing/`.
 */
export interface ReadModel {
  /** What is stored of these customers, in the order asked; undefined for one that is not there. */
  load(customers: readonly string[]): Promise<readonly (StoredRelationship | undefined)[]>;
  /**
   * Saves changes, in their order, and the checkpoint in one transaction: after a kill at any moment, or an error, both
   * are there or neither. Saving the same again changes nothing.
   *
   * @param after what must have come true before: the changes are written meanwhile, and committed once it resolves.
   * When it rejects nothing is saved, and `save` rejects with its error. One save at a time; until it has ended, what
   * this model answers may have the changes or not.
   */
  save(changes: readonly RelationshipSave[], checkpoint: Checkpoint, after?: Promise<unknown>): Promise<void>;
  /** Undefined in an empty read model. */
  checkpoint(): Promise<Checkpoint | undefined>;

  /**
   * A page of customers in order of id (by Unicode code point), by stage, signal, factor score and text in the id.
   * Rejects with a RangeError for a limit out of bounds or a factor the ruleset does not have.
   */
  customers(query: CustomerQuery): Promise<CustomerPage>;
  /** Stage intervals of one customer, oldest first. */
  history(customer: string): Promise<readonly StageInterval[]>;
  /** Complaint cases, oldest opened first; those of one instant in order of customer and id. */
  cases(query: CaseQuery): Promise<readonly (ComplaintCase & { readonly customer: string })[]>;
  /** Open promises by deadline, soonest first. */
  promisesDue(query: {
    /** Deadline before this instant, itself left out. */
    readonly before?: number;
    readonly customer?: string;
    /** All when absent. */
    readonly limit?: number;
  }): Promise<readonly (OpenPromise & { readonly customer: string })[]>;
  /** Customers per stage at an instant (now when absent), from the intervals. */
  population(at?: number): Promise<Readonly<Record<string, number>>>;
  /** Changes of stage in `from <= at < to`, counted, in no particular order. `from` null: first touchpoint. */
  flows(period: {
    readonly from: number;
    readonly to: number;
  }): Promise<readonly { readonly from: string | null; readonly to: string; readonly customers: number }[]>;
  /**
   * Customers whose `nextReviewAt` is at or before an instant, or of whom a touchpoint that lay ahead has come due by
   * then; soonest first, none that are parked.
   */
  due(before: number, limit: number): Promise<readonly string[]>;
  /** The soonest instant at which anyone is due who is not parked. */
  nextReviewAt(): Promise<number | undefined>;
  /** When the first touchpoint that lies ahead comes due, of those of these customers who have one. Usually empty. */
  dueAt(customers: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Customers whose `instant` lies after another, none that are parked: the clock was set back. Looks at everyone, for
   * it is hardly ever asked.
   */
  beyond(instant: number, limit: number): Promise<readonly string[]>;

  /** In order of customer. */
  parked(): Promise<readonly ParkedCustomer[]>;
  /** May be called twice. */
  close(): Promise<void>;
}

/** Position of the log up to which everything is folded in, and the ruleset that folded it. */
export interface Checkpoint {
  readonly position: string;
  /** SHA-256 of the ruleset, hex. */
  readonly ruleset: string;
  /** The version of the model that folded: what another one folded cannot be continued. */
  readonly model: number;
  /**
   * The engine's present when it was saved: merges that occur later are not in force yet. Absent in what an earlier
   * version wrote, which kept nothing back: it cannot be continued.
   */
  readonly asOf?: number;
}

/** Evidence of a factor as it stood at `at`; with half-life and prior it gives the score at any later instant. */
export interface FactorEvidence {
  readonly for: number;
  readonly against: number;
  readonly at: number;
}

/** The numbers of a factor's rule, which a query needs to compute the score at an instant. */
export type { FactorParameters } from '@rapport/domain';

export interface StoredRelationship {
  readonly customer: string;
  readonly stage: string;
  /** When they entered it. */
  readonly since: number;
  /** Last instant at which anything was applied. */
  readonly instant: number;
  /** When time alone may change something next; null for never. */
  readonly nextReviewAt: number | null;
  readonly touchpoints: number;
  readonly firstTouchpointAt: number;
  readonly lastTouchpointAt: number;
  readonly factors: Readonly<Record<string, FactorEvidence>>;
  /** Raised signals and since when. */
  readonly signals: Readonly<Record<string, number>>;
  /** The fold's state: what the projector continues from. Empty where only the log can say it. */
  readonly state: Uint8Array;
  /** Stage and signals as last recorded as decisions; what a late touchpoint's outcome is compared with. */
  readonly decided: { readonly stage: string | null; readonly signals: readonly string[]; readonly sequence: number };
}

/** A stay on a stage. The reason for it comes from the fold: it is not stored twice. */
export interface StageInterval {
  readonly stage: string;
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
  readonly cause: 'touchpoint' | 'time';
  readonly touchpoint?: TouchpointIdentity;
}

/** What has changed about one customer. */
export type RelationshipSave =
  | {
      readonly kind: 'relationship';
      readonly relationship: StoredRelationship;
      /**
       * Stage intervals, oldest first, each beginning where the one before ends. `append`: the open interval ends
       * where the first of these begins, and what is stored from there on is replaced (so appending twice is appending
       * once); `replace`: the whole history, after a re-fold.
       */
      readonly history: { readonly mode: 'append' | 'replace'; readonly intervals: readonly StageInterval[] };
      /** All open promises; replaces what was stored. */
      readonly promises: readonly OpenPromise[];
      /** All complaint cases; replaces what was stored. */
      readonly cases: readonly ComplaintCase[];
      /** When the first of their touchpoints that lie ahead comes due; absent where none does. */
      readonly dueAt?: number;
    }
  | { readonly kind: 'parked'; readonly parked: ParkedCustomer }
  /** Forgets everything about a customer, parked or not, but when the first touchpoint that lies ahead comes due. */
  | { readonly kind: 'removed'; readonly customer: string; readonly dueAt?: number }
  /** All that is stored of a customer stays, or nothing is: touchpoints that lie ahead came. */
  | { readonly kind: 'ahead'; readonly customer: string; readonly dueAt: number };

/** A customer whose touchpoints cannot be folded; a later `relationship` save of them ends that. */
export interface ParkedCustomer {
  readonly customer: string;
  readonly reason: string;
  /** The touchpoint that could not be folded, where one is to blame. */
  readonly touchpoint?: TouchpointIdentity;
  readonly parkedAt: number;
}

export interface CustomerQuery {
  readonly stage?: string;
  /** Raised. */
  readonly signal?: string;
  /** Score at `at`, 0 to 100, both ends included; without evidence that of the prior. */
  readonly factor?: { readonly id: string; readonly atLeast?: number; readonly atMost?: number; readonly at: number };
  /** Part of the customer's id, as it stands (no wildcards); ASCII letters match in either case. */
  readonly text?: string;
  /** Exclusive: the last customer of the page before. */
  readonly after?: string;
  /** 1 to 1,000; 100 when absent. */
  readonly limit?: number;
}

export interface CustomerPage {
  readonly customers: readonly StoredRelationship[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: string;
}

export interface CaseQuery {
  readonly customer?: string;
  readonly open?: boolean;
  /** Itself left out. */
  readonly openedBefore?: number;
  /** The last case of the page before. */
  readonly after?: { readonly openedAt: number; readonly customer: string; readonly caseId: string };
  /** All when absent. */
  readonly limit?: number;
}
