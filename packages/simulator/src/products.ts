import { type Random, randomOf } from './random';

/** What the company sells: 16 categories of 20 products; the five products of a set are bought together. */
export interface Product {
  readonly sku: string;
  readonly category: string;
  /** Whole units of the account currency. */
  readonly price: number;
}

export const CATEGORIES = [
  'bakery',
  'bath',
  'bikes',
  'coffee',
  'garden',
  'kitchen',
  'lighting',
  'music',
  'office',
  'outdoor',
  'pets',
  'tea',
  'textiles',
  'tools',
  'toys',
  'travel',
] as const;

const PER_CATEGORY = 20;
const PER_SET = 5;

/** The same in every world: only customers depend on the seed. */
const CATALOGUE_SEED = 1;

const priceOf = (random: Random): number => 4 + random.below(26) + (random.chance(0.2) ? random.below(160) : 0);

export const PRODUCTS: readonly Product[] = CATEGORIES.flatMap((category, c) => {
  const random = randomOf(CATALOGUE_SEED, c);
  return Array.from({ length: PER_CATEGORY }, (_, i) => ({
    sku: `${category}-${String(i + 1).padStart(2, '0')}`,
    category,
    price: priceOf(random),
  }));
});

/** What a customer likes: categories, most liked first, and in each the set they return to. */
export interface Taste {
  readonly categories: readonly number[];
  readonly sets: readonly number[];
}

export const tasteOf = (random: Random): Taste => {
  const categories: number[] = [];
  const count = random.between(2, 3);
  // A neighbouring category follows a first one often: tastes come in clusters that customers share.
  while (categories.length < count) {
    const next =
      categories.length > 0 && random.chance(0.6)
        ? (categories[0]! + 5 * categories.length) % CATEGORIES.length
        : random.below(CATEGORIES.length);
    if (!categories.includes(next)) categories.push(next);
  }
  return { categories, sets: categories.map(() => random.below(PER_CATEGORY / PER_SET)) };
};

/** Few products sell most: the smaller of two draws. */
const popular = (random: Random, n: number): number => Math.min(random.below(n), random.below(n));

const fromTaste = (taste: Taste, random: Random): number => {
  const k = popular(random, taste.categories.length);
  const base = taste.categories[k]! * PER_CATEGORY;
  return random.chance(0.6)
    ? base + taste.sets[k]! * PER_SET + popular(random, PER_SET)
    : base + popular(random, PER_CATEGORY);
};

const sameSet = (product: number, random: Random): number => product - (product % PER_SET) + popular(random, PER_SET);

/** Indexes into {@link PRODUCTS}, each once: the wanted one or a first choice by taste, the rest near it, by taste or whim. */
export const basketOf = (taste: Taste, size: number, random: Random, wanted?: number): readonly number[] => {
  const basket: number[] = wanted === undefined ? [] : [wanted];
  for (let i = basket.length; i < size; i++) {
    const whim = random.uniform();
    const product =
      whim < 0.12
        ? popular(random, PRODUCTS.length)
        : i > 0 && whim < 0.5
          ? sameSet(basket[0]!, random)
          : fromTaste(taste, random);
    if (!basket.includes(product)) basket.push(product);
  }
  return basket;
};

/** Index of a product near what a customer likes, to be offered to them. */
export const suggestionFor = (taste: Taste, random: Random): number => fromTaste(taste, random);
