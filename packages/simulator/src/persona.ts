import type { Random } from './random';

/** The kind of person a customer is. It never changes and is never recorded. */
export const SEGMENTS = ['browser', 'bargain-hunter', 'occasional', 'regular', 'enthusiast', 'business'] as const;
export type Segment = (typeof SEGMENTS)[number];

/** Propensities of a segment, varied for each person. Shares and levels are 0 to 1. */
export interface Persona {
  readonly segment: Segment;
  /** Whether they would ever buy. */
  readonly converts: boolean;
  /** Orders in 30 days when fully committed. */
  readonly orderRate: number;
  /** The commitment they drift to when all is as expected. */
  readonly attachment: number;
  /** How readily they complain; the others leave in silence. */
  readonly voice: number;
  readonly sociable: number;
  readonly priceSensitive: number;
  /** Mean items of an order. */
  readonly basket: number;
  /** How readily they answer mailings and surveys. */
  readonly responsive: number;
}

const TABLE: Readonly<Record<Segment, Omit<Persona, 'segment' | 'converts'> & { share: number; converts: number }>> = {
  browser: {
    share: 0.24,
    converts: 0.12,
    orderRate: 0.5,
    attachment: 0.2,
    voice: 0.3,
    sociable: 0.2,
    priceSensitive: 0.6,
    basket: 1.5,
    responsive: 0.4,
  },
  'bargain-hunter': {
    share: 0.18,
    converts: 0.7,
    orderRate: 1.2,
    attachment: 0.34,
    voice: 0.6,
    sociable: 0.3,
    priceSensitive: 0.9,
    basket: 2,
    responsive: 1,
  },
  occasional: {
    share: 0.27,
    converts: 0.8,
    orderRate: 0.9,
    attachment: 0.45,
    voice: 0.4,
    sociable: 0.4,
    priceSensitive: 0.4,
    basket: 2,
    responsive: 0.6,
  },
  regular: {
    share: 0.19,
    converts: 0.9,
    orderRate: 1.5,
    attachment: 0.62,
    voice: 0.5,
    sociable: 0.5,
    priceSensitive: 0.4,
    basket: 2.5,
    responsive: 0.8,
  },
  enthusiast: {
    share: 0.06,
    converts: 0.97,
    orderRate: 2.6,
    attachment: 0.78,
    voice: 0.7,
    sociable: 0.9,
    priceSensitive: 0.2,
    basket: 3,
    responsive: 1,
  },
  business: {
    share: 0.06,
    converts: 0.9,
    orderRate: 2.4,
    attachment: 0.62,
    voice: 0.8,
    sociable: 0.3,
    priceSensitive: 0.5,
    basket: 4,
    responsive: 0.5,
  },
};

const segmentOf = (u: number): Segment => {
  let rest = u;
  for (const segment of SEGMENTS) {
    rest -= TABLE[segment].share;
    if (rest < 0) return segment;
  }
  return 'occasional';
};

export const personaOf = (random: Random): Persona => {
  const segment = segmentOf(random.uniform());
  const { share: _, converts, ...typical } = TABLE[segment];
  const vary = (level: number, by: number): number => Math.max(0.03, Math.min(0.97, level + by * random.bell()));
  return {
    segment,
    converts: random.chance(converts),
    // Mean about 1 with a long tail: a few buy many times as often as their like.
    orderRate: (typical.orderRate * 0.46) / (0.22 + 1.2 * random.uniform()),
    attachment: vary(typical.attachment, 0.13),
    voice: vary(typical.voice, 0.15),
    sociable: vary(typical.sociable, 0.15),
    priceSensitive: vary(typical.priceSensitive, 0.15),
    basket: typical.basket,
    responsive: vary(typical.responsive, 0.15),
  };
};
