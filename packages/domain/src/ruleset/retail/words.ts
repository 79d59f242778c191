import type { Texts } from '../ruleset';

/** The two languages the default ruleset speaks. */
export const words = (en: string, vi: string): Texts => ({ en, vi });
