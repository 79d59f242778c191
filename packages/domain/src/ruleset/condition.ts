/** Conditions and patterns of a ruleset as data, after decoding. */

/** `order.completed`, `order.*` or `*`, alone or in a list. */
export type TypePattern = string | readonly string[];

export type Scalar = string | number | boolean | null;

export interface Comparisons {
  readonly atLeast?: number;
  readonly above?: number;
  readonly atMost?: number;
  readonly below?: number;
}

/** A condition on the current touchpoint and the state it meets. */
export type EventCondition =
  | ({
      readonly field: string;
      readonly is?: Scalar;
      readonly in?: readonly Scalar[];
      readonly exists?: boolean;
    } & Comparisons)
  | { readonly all: readonly EventCondition[] }
  | { readonly any: readonly EventCondition[] }
  | { readonly not: EventCondition };

/** A condition on the state alone. */
export type StateCondition =
  | ({ readonly metric: string } & Comparisons)
  | ({ readonly factor: string } & Comparisons)
  | ({ readonly confidence: string } & Comparisons)
  | { readonly stage: string | readonly string[] }
  | { readonly consent: string }
  | { readonly all: readonly StateCondition[] }
  | { readonly any: readonly StateCondition[] }
  | { readonly not: StateCondition };

/** Words for people, by language (`en`, `vi`). */
export type Texts = Readonly<Record<string, string>>;
