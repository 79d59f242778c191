import { awake, DAY, HOUR, office } from './calendar';
import { managerAt, skillOf, staffId } from './company';
import type { Life } from './life';
import type { RecoveryQuality } from './truth';

/** What the company does about one complaint: times after it was made, and what it gives. */
export interface Recovery {
  readonly quality: RecoveryQuality;
  readonly staff: string;
  readonly acknowledgedAt?: number;
  readonly updates: readonly number[];
  readonly apologyAt?: number;
  readonly offer?: { readonly at: number; readonly ratio: number; readonly accepted: boolean };
  readonly resolution?: { readonly at: number; readonly outcome: 'satisfied' | 'unsatisfied' | 'unknown' };
}

const good = (life: Life, at: number, staff: string): Recovery => {
  const { random } = life;
  // The helpdesk works every day: a complaint handled well is acknowledged within 24 hours, nights included.
  const acknowledgedAt = awake(at + HOUR + random.below(11 * HOUR), random);
  const resolvedAt = office(acknowledgedAt + DAY + random.below(2.5 * DAY), random);
  const span = resolvedAt - acknowledgedAt;
  return {
    quality: 'good',
    staff,
    acknowledgedAt,
    updates: Array.from({ length: random.between(0, 2) }, (_, i) => acknowledgedAt + Math.floor((span * (i + 1)) / 4)),
    apologyAt: random.chance(0.85) ? acknowledgedAt + random.below(HOUR) : undefined,
    offer: random.chance(0.8)
      ? {
          at: acknowledgedAt + Math.floor(span * 0.8),
          ratio: 0.6 + 0.6 * random.uniform(),
          accepted: random.chance(0.92),
        }
      : undefined,
    resolution: { at: resolvedAt, outcome: random.chance(0.88) ? 'satisfied' : 'unknown' },
  };
};

const poor = (life: Life, at: number, staff: string): Recovery => {
  const { random } = life;
  const resolvedAt = office(at + 9 * DAY + random.below(24 * DAY), random);
  return {
    quality: 'poor',
    staff,
    acknowledgedAt: random.chance(0.65) ? office(at + 30 * HOUR + random.below(5 * DAY), random) : undefined,
    updates: random.chance(0.2) ? [resolvedAt - 2 * DAY] : [],
    apologyAt: random.chance(0.2) ? resolvedAt - HOUR : undefined,
    offer: random.chance(0.4)
      ? { at: resolvedAt - 12 * HOUR, ratio: 0.05 + 0.25 * random.uniform(), accepted: random.chance(0.4) }
      : undefined,
    resolution: {
      at: resolvedAt,
      outcome: random.chance(0.6) ? 'unsatisfied' : random.chance(0.4) ? 'satisfied' : 'unknown',
    },
  };
};

/** Half of the complaints are handled well, by skilful staff more; one in five is never answered. */
export const recoveryFor = (life: Life, at: number): Recovery => {
  const n = managerAt(life.plan, life.index, at);
  const staff = staffId(n);
  const draw = life.random.uniform() + 0.4 * (0.5 - skillOf(life.plan, n));
  if (draw < 0.5) return good(life, at, staff);
  if (draw < 0.82) return poor(life, at, staff);
  return { quality: 'none', staff, updates: [] };
};
