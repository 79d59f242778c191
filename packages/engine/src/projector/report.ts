/** The work of a projector since it was made. */
export interface ProjectionReport {
  readonly touchpoints: number;
  /** Saves of customers; one customer may be saved more than once. */
  readonly customers: number;
  readonly decisions: number;
  readonly parked: number;
  /** Touchpoints that came in the past of their customer. */
  readonly late: number;
  /** Customers looked at because time had come. */
  readonly reviewed: number;
}

/** A report while it is counted. */
export type Totals = { -readonly [Count in keyof ProjectionReport]: number };

/** The report of a projector that has done nothing. */
export const NOTHING_DONE: ProjectionReport = {
  touchpoints: 0,
  customers: 0,
  decisions: 0,
  parked: 0,
  late: 0,
  reviewed: 0,
};

export const newTotals = (): Totals => ({ ...NOTHING_DONE });
