/** How much was folded. */
export interface Counts {
  /** Read, of customers. */
  touchpoints: number;
  customers: number;
  /** Customers that could not be folded. */
  parked: number;
}

export const noCounts = (): Counts => ({ touchpoints: 0, customers: 0, parked: 0 });

/** Adds what one worker counted to a total. */
export const addCounts = (total: Counts, { touchpoints, customers, parked }: Counts): void => {
  total.touchpoints += touchpoints;
  total.customers += customers;
  total.parked += parked;
};
