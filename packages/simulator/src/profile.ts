import { awake, DAY } from './calendar';
import type { Plan } from './options';
import { type Persona, personaOf } from './persona';
import { type Random, randomOf } from './random';

export const CHANNELS = ['search', 'social', 'referral', 'fair', 'shop', 'advertisement', 'partner'] as const;

/** The part of a customer that needs no simulation: others may name them. */
export interface Profile {
  readonly persona: Persona;
  readonly channel: (typeof CHANNELS)[number];
  /** When the company first hears of the customer. */
  readonly identifiedAt: number;
}

const profileFrom = (plan: Plan, random: Random): Profile => {
  const persona = personaOf(random);
  const channel = random.pick(CHANNELS);
  const u = random.uniform();
  // Half of the customers come evenly over the period, half rather early: an established company that grows.
  const share = random.chance(0.5) ? u : u * u;
  const identifiedAt = awake(plan.startAt + Math.floor((plan.endAt - plan.startAt - 2 * DAY) * share), random);
  return { persona, channel, identifiedAt };
};

export const profileOf = (plan: Plan, index: number): Profile => profileFrom(plan, randomOf(plan.seed, index, 1));

export const customerId = (index: number): string => `c-${String(index).padStart(6, '0')}`;
