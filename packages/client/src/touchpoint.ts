/** A touchpoint to be recorded: a CloudEvent 1.0. */
export interface TouchpointEvent {
  /** With `source` it is the touchpoint's identity: sent again, it is recorded once. */
  readonly id: string;
  /** Where it comes from: `shop`, `crm`. */
  readonly source: string;
  /** `touchpoint.order.completed.v1` */
  readonly type: string;
  /** The customer. */
  readonly subject: string;
  /** When it happened: RFC 3339. */
  readonly time: string;
  /** The case or order it belongs to. */
  readonly correlationid?: string;
  readonly staff?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The result of a touchpoint. All but `rejected` and `conflict` are safely recorded. */
export type TouchpointResult =
  | {
      readonly status: 'recorded' | 'duplicate';
      readonly id: string;
      readonly source: string;
      readonly position: string;
    }
  /** Its identity is taken by other content. */
  | {
      readonly status: 'conflict';
      readonly id: string;
      readonly source: string;
      readonly errors: readonly FieldError[];
    }
  | {
      readonly status: 'rejected';
      readonly id?: string;
      readonly source?: string;
      readonly errors: readonly FieldError[];
    };
