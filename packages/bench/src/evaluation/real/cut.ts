/** A day in the middle of history: what came before is known, what came in the two months after is asked about. */
export interface Cut {
  /** The last day that is known, YYYY-MM-DD. */
  readonly day: string;
  /** Its last millisecond, UTC. */
  readonly at: number;
  /** The last day asked about. */
  readonly untilDay: string;
  /** Its last millisecond, UTC. */
  readonly until: number;
}

const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** The cut at the end of a month, with the two calendar months after it. @param month 1 to 12 */
export const cutAfter = (year: number, month: number): Cut => {
  const at = Date.UTC(year, month, 1) - 1;
  const until = Date.UTC(year, month + 2, 1) - 1;
  return { day: dayOf(at), at, untilDay: dayOf(until), until };
};
