import type { TouchpointIdentity } from '../touchpoint/touchpoint';

/** The results of a fold. Instants are integer milliseconds UTC. */

export type ChangeCause = 'touchpoint' | 'time';

/** One comparison and the value it met: the smallest reason there is. */
export interface DecidingCondition {
  /** `metric`, `factor`, `confidence`, `stage` or `consent`. */
  readonly subject: 'metric' | 'factor' | 'confidence' | 'stage' | 'consent';
  /** Id of the metric or factor; the stage(s) or purpose. */
  readonly id: string;
  readonly comparison: 'atLeast' | 'above' | 'atMost' | 'below' | 'is';
  /** The threshold; absent for stages and consents. */
  readonly threshold?: number;
  /** The value at that instant: a number (null = infinite), a stage, or whether consent stood. */
  readonly value: number | string | boolean | null;
  readonly holds: boolean;
}

/** A move on the ladder. */
export interface StageMove {
  readonly at: number;
  readonly from: string | null;
  readonly to: string;
  readonly cause: ChangeCause;
  /** The last touchpoint of the step that changed it; absent when time did. */
  readonly touchpoint?: TouchpointIdentity;
}

/** A move with its reason. */
export interface StageChange extends StageMove {
  readonly because: readonly DecidingCondition[];
}

export interface SignalChange {
  readonly at: number;
  readonly signal: string;
  readonly raised: boolean;
  readonly cause: ChangeCause;
  readonly touchpoint?: TouchpointIdentity;
}

/** A signal that is raised. */
export interface RaisedSignal {
  readonly id: string;
  readonly since: number;
}

export interface OpenPromise {
  readonly id: string;
  /** Null for promises without a key. */
  readonly key: string | null;
  readonly madeAt: number;
  readonly deadline: number;
  readonly touchpoint: TouchpointIdentity;
}

export interface SettledPromise {
  readonly id: string;
  readonly key: string | null;
  readonly outcome: 'kept' | 'broken' | 'released';
  readonly at: number;
}

export interface ComplaintCase {
  readonly caseId: string;
  readonly openedAt: number;
  readonly severity?: string | number;
  readonly loss?: number;
  readonly category?: string;
  readonly acknowledgedAt?: number;
  /** Count of updates given. */
  readonly informed: number;
  /** Sum of accepted compensation. */
  readonly compensated: number;
  readonly open: boolean;
  /** When it was resolved or withdrawn, last. */
  readonly closedAt?: number;
  readonly outcome?: string;
  /** How often it was reopened. */
  readonly reopened: number;
  readonly priorCases: number;
}
