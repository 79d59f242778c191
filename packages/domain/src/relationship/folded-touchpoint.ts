import type { Touchpoint } from '../touchpoint/touchpoint';

/** A touchpoint as a fold sees it. The customer was resolved before. */
export type FoldedTouchpoint = Omit<Touchpoint, 'customer'>;
