import { createHash } from 'node:crypto';
import {
  type DecidingCondition,
  formatInstant,
  type Json,
  OWN_SOURCE,
  type Ruleset,
  type TouchpointIdentity,
} from '@rapport/domain';
import type { NewEvent, Position } from '@rapport/event-log';

export interface RulesetName {
  readonly name: string;
  readonly version: number;
  readonly hash: string;
}

/** How a decision names the ruleset it was taken under; `hash` is that of its canonical JSON. */
export const rulesetName = (ruleset: Ruleset, hash: string): RulesetName => ({
  name: ruleset.ruleset,
  version: ruleset.version,
  hash,
});

/**
 * Why a decision was taken: something happened, time passed, a touchpoint came late, histories were united or parted, or
 * the rules changed.
 */
export const DECISION_CAUSES = ['touchpoint', 'time', 'late', 'merge', 'ruleset'] as const;
export type DecisionCause = (typeof DECISION_CAUSES)[number];

export interface DecisionBase {
  readonly customer: string;
  /** When it became true. */
  readonly effectiveAt: number;
  readonly cause: DecisionCause;
  readonly touchpoint?: TouchpointIdentity;
  readonly ruleset: RulesetName;
  /** The version of the model that decided; those recorded without one were taken by version 1. */
  readonly model: number;
  /** 1, 2, 3 ... per customer, over all decisions about them. */
  readonly sequence: number;
  /** The fold that decided had seen the log up to here, and time up to `asOf`: enough to compute it again. */
  readonly foldedUpTo: Position;
  readonly asOf: number;
  /** Merges that occurred later did not count; absent for a customer whom no link names. */
  readonly mergesAsOf?: number;
}

export type Decision =
  | (DecisionBase & {
      readonly kind: 'stageChanged';
      readonly from: string | null;
      readonly to: string;
      readonly direction: 'up' | 'down';
      readonly because: readonly DecidingCondition[];
      /** Scores, 0 to 100, at `asOf`. */
      readonly factors: Readonly<Record<string, number>>;
      /** Raised at `asOf`. */
      readonly signals: readonly string[];
    })
  | (DecisionBase & { readonly kind: 'signalRaised' | 'signalCleared'; readonly signal: string });

/** A decision as an event of the customer's relationship stream; its id follows from what it decides. */
export const decisionEvent = (decision: Decision): NewEvent => {
  const { kind, customer, effectiveAt, ruleset, sequence, ...rest } = decision;
  const what = 'signal' in decision ? decision.signal : `${decision.from}>${decision.to}`;
  const id = createHash('sha256')
    .update(JSON.stringify([customer, ruleset.hash, sequence, kind, what, effectiveAt]))
    .digest('hex')
    .slice(0, 32);
  const asOf = formatInstant(rest.asOf);
  const mergesAsOf = rest.mergesAsOf === undefined ? undefined : formatInstant(rest.mergesAsOf);
  const data = { ...rest, asOf, mergesAsOf, ruleset, sequence } as unknown as Record<string, Json>;
  // Absent fields are not written.
  for (const key of Object.keys(data)) if (data[key] === undefined) delete data[key];
  return { source: OWN_SOURCE, id, type: `relationship.${kind}`, version: 1, occurredAt: effectiveAt, data };
};

/** The types of decisions in the log. */
export const DECISION_TYPES = [
  'relationship.stageChanged',
  'relationship.signalRaised',
  'relationship.signalCleared',
] as const;
