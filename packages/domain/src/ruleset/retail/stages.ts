import type { StageRule, StateCondition } from '../ruleset';
import { words } from './words';

/** Leaving takes a fifth less than entering: that cuts stage reversals by three quarters at no cost in accuracy. */
const EXIT = 0.8;

const rounded = (value: number): number => Math.round(value * 100) / 100;

interface Demands {
  /** Activity that is enough by itself, */
  readonly activity: number;
  /** but not with fewer orders than these, where one order alone would reach it. */
  readonly orders?: number;
  /** Activity that is enough for customers who buy across the assortment. */
  readonly broad: { readonly activity: number; readonly products: number };
  /** Activity that is enough where there is a social bond of that score. */
  readonly bonded?: { readonly activity: number; readonly social: number };
  /** Scores that the relationship must reach; all but one are at the prior when nothing speaks for or against it. */
  readonly factors?: Readonly<Record<string, number>>;
  readonly settled?: true;
}

/** The condition for entering (`ease` 1) or staying (`ease` 0.8). Orders and products do not decay, so they stand. */
const reaching = (
  { activity, orders, broad, bonded, factors = {}, settled }: Demands,
  ease: number,
): StateCondition => {
  const active = (enough: number): StateCondition => ({ metric: 'activity', atLeast: rounded(enough * ease) });
  return {
    all: [
      {
        any: [
          orders === undefined ? active(activity) : { all: [{ metric: 'orders', atLeast: orders }, active(activity)] },
          { all: [active(broad.activity), { metric: 'products', atLeast: broad.products }] },
          ...(bonded === undefined
            ? []
            : [{ all: [active(bonded.activity), { factor: 'social', atLeast: rounded(bonded.social * ease) }] }]),
        ],
      },
      // Scores move little near their prior, so a tenth is slack enough.
      ...Object.entries(factors).map(([factor, score]) => ({
        factor,
        atLeast: rounded(score * (ease === 1 ? 1 : 0.9)),
      })),
      // An open complaint keeps a customer from rising; it does not by itself bring one down.
      ...(settled === true && ease === 1 ? [{ metric: 'openComplaints', below: 1 }] : []),
    ],
  };
};

const rung = (id: string, label: StageRule['label'], demands: Demands, minStay?: string): StageRule => ({
  id,
  enter: reaching(demands, 1),
  stay: reaching(demands, EXIT),
  ...(minStay === undefined ? {} : { minStay }),
  label,
});

/**
 * The ladder. Activity separates the stages, so that customers who stop buying come down again; the qualities of the
 * relationship are gates on the way up. Thresholds were chosen on nine months of orders of a wholesaler so that the
 * share of customers who buy within two months rises from stage to stage (`prediction.int.spec.ts`); a shop with a small
 * assortment or rarer purchases will want its own.
 */
export const stages: readonly StageRule[] = [
  { id: 'attract', label: words('Attract', 'Thu hút') },
  {
    id: 'establish',
    enter: {
      any: [
        { metric: 'contacts', atLeast: 1 },
        { metric: 'orders', atLeast: 1 },
      ],
    },
    label: words('Establish', 'Thiết lập'),
  },
  rung('build', words('Build', 'Xây dựng'), { activity: 0.6, broad: { activity: 0.35, products: 15 } }),
  rung('develop', words('Develop', 'Phát triển'), {
    activity: 1,
    orders: 2,
    broad: { activity: 0.5, products: 25 },
    factors: { trust: 40 },
  }),
  rung(
    'maintain',
    words('Maintain', 'Duy trì'),
    { activity: 1.4, broad: { activity: 1.1, products: 40 }, factors: { trust: 44, satisfaction: 42 } },
    'P14D',
  ),
  rung(
    'strengthen',
    words('Strengthen', 'Củng cố'),
    {
      activity: 2.6,
      broad: { activity: 1.7, products: 40 },
      bonded: { activity: 1.8, social: 45 },
      factors: { trust: 48, satisfaction: 45 },
      settled: true,
    },
    'P14D',
  ),
  rung(
    'loyal',
    words('Loyal', 'Trung thành'),
    {
      activity: 3.4,
      broad: { activity: 3, products: 40 },
      bonded: { activity: 2.6, social: 50 },
      factors: { trust: 52, satisfaction: 48, social: 30 },
      settled: true,
    },
    'P30D',
  ),
];
