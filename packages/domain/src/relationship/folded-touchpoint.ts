import type { Touchpoint } from '../touchpoint/touchpoint';

/** A touchpoint as a fold sees it: whose it is has been decided before. */
export type FoldedTouchpoint = Omit<Touchpoint, 'customer'>;
