/**
 * A number that conditions look at: a metric, or what remains of a factor's evidence. Between touchpoints it only moves
 * one way, so a comparison with it flips at most once, at an instant that can be solved for (MODEL, section 4).
 */
export interface Quantity {
  /** The value at `t`, for `t` at or after the last touch. Never changes the quantity. */
  value(t: number): number;
  /**
   * When the value may next cross `threshold`: an instant after `after`, never later than the true crossing and at
   * most a few milliseconds before it; Infinity when it never will. A quantity that moves in steps may name its next
   * step instead.
   */
  crossing(threshold: number, after: number): number;
}

/** How far before a solved instant the search for the exact millisecond begins. */
const GUARD = 2;
/** The search covers this many milliseconds: the guard on both sides and the rounding. */
export const CROSSING_SPAN = 2 * GUARD + 2;

/** Turns a solved crossing (real-valued) into what {@link Quantity.crossing} returns. */
export const beforeCrossing = (solved: number, after: number): number =>
  solved < after - GUARD || Number.isNaN(solved)
    ? Number.POSITIVE_INFINITY
    : Math.max(after + 1, Math.floor(solved) - GUARD);
