import type { MetricRule } from '../metric';
import type { EventCondition, StateCondition, Texts, TypePattern } from './condition';

export type { MetricRule } from '../metric';
export * from './condition';

/**
 * A ruleset as data (MODEL, section 2), after decoding. Durations stay ISO 8601 text here: the document is what is
 * hashed and shown; the compiler turns them into milliseconds.
 */

export interface FactorRule {
  readonly halfLife: string;
  /** Prior [for, against]; [2, 2] when absent. */
  readonly prior?: readonly [number, number];
  readonly label?: Texts;
}

/** Weights by factor: above 0 for, below 0 against. */
export type Gives = Readonly<Record<string, number>>;

export type Scale =
  | { readonly field: string; readonly map: Readonly<Record<string, number>>; readonly default?: number }
  | { readonly field: string; readonly curve: readonly (readonly [number, number])[]; readonly default?: number };

export interface EvidenceRule {
  readonly id: string;
  readonly on: TypePattern;
  readonly when?: EventCondition;
  readonly gives: Gives;
  readonly scale?: Scale;
  readonly atMost?: { readonly times: number; readonly within: string };
  /** The reason in words, shown in explanations. */
  readonly reason?: Texts;
}

export interface PromiseRule {
  readonly id: string;
  readonly made: TypePattern;
  readonly madeWhen?: EventCondition;
  readonly key?: string;
  readonly within?: string;
  readonly by?: string;
  readonly kept: TypePattern;
  readonly keptWhen?: EventCondition;
  readonly released?: TypePattern;
  readonly whenKept?: Gives;
  readonly whenBroken?: Gives;
  readonly label?: Texts;
  /** The reasons in words of `<id>:kept` and `<id>:broken`. */
  readonly reason?: { readonly kept?: Texts; readonly broken?: Texts };
}

export interface StageRule {
  readonly id: string;
  /** Absent for the first stage only. */
  readonly enter?: StateCondition;
  /** Defaults to `enter`. */
  readonly stay?: StateCondition;
  readonly minStay?: string;
  readonly label?: Texts;
}

export interface SignalRule {
  readonly id: string;
  readonly raise: StateCondition;
  /** Defaults to "raise does not hold". */
  readonly clear?: StateCondition;
  readonly label?: Texts;
}

export interface CrossSellRule {
  /** Candidates are withheld while this does not hold. */
  readonly when?: StateCondition;
  /** Products never offered. */
  readonly exclude?: readonly string[];
  /** When given, only these are offered. */
  readonly onSale?: readonly string[];
}

export interface Ruleset {
  /** Its name. */
  readonly ruleset: string;
  readonly version: number;
  readonly description?: Texts;
  readonly factors: Readonly<Record<string, FactorRule>>;
  readonly metrics?: Readonly<Record<string, MetricRule>>;
  readonly evidence?: readonly EvidenceRule[];
  readonly promises?: readonly PromiseRule[];
  readonly stages: readonly StageRule[];
  readonly signals?: readonly SignalRule[];
  readonly crossSell?: CrossSellRule;
  /** Touchpoint types of the operator: name to JSON Schema of `data`. */
  readonly touchpoints?: Readonly<Record<string, unknown>>;
}
