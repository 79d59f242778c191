import { awake, DAY } from './calendar';
import { priceRaiseOf } from './company';
import { shift } from './latent';
import type { Act, Life } from './life';
import { considerOrder, placeOrder } from './orders';
import { clamp01 } from './random';
import { noteStage } from './truth';

/** What moves a relationship from within: life, doubt, prices, and the quiet decision to leave. */

const lose = (life: Life, at: number): void => {
  life.latent.alive = false;
  life.lostAt = at;
  // A few are won back, most of them within a year: an offer reaches them, or the other company was not better.
  if (life.random.chance(0.22))
    life.agenda.plan(awake(at + 90 * DAY + life.random.below(220 * DAY), life.random), winBack);
};

const winBack: Act = (life, at) => {
  const { latent } = life;
  latent.alive = true;
  life.lostAt = undefined;
  latent.commitment = 0.25;
  latent.attachment = clamp01(latent.attachment + 0.1);
  life.recorder.record('crm', 'promotion.offered', at - DAY, { promotionId: 'come-back', cost: 5 });
  placeOrder(life, at);
  considerOrder(life, at);
};

/** Chance to leave within a month: high when uncommitted, higher when also dissatisfied. */
const leaveChance = (life: Life): number => {
  const { commitment, satisfaction } = life.latent;
  const distance = 1 - commitment;
  const cube = distance * distance * distance;
  return Math.min(0.6, 0.11 * cube + (satisfaction < 0.4 ? 0.9 * (0.4 - satisfaction) : 0));
};

const live = (life: Life): void => {
  const { random, latent } = life;
  shift(latent, { commitment: 0.03 * random.bell(), satisfaction: 0.015 * random.bell() });
  const draw = random.uniform();
  if (draw < 0.02) latent.attachment *= 0.55;
  else if (draw < 0.035) latent.attachment = clamp01(latent.attachment * 1.3 + 0.05);
};

/** Once a month. */
export const review: Act = (life, at) => {
  const { latent, random } = life;
  if (latent.alive) {
    live(life);
    const idle = life.orders === 0 && at - life.profile.identifiedAt > 120 * DAY;
    if (life.orders > 0 ? random.chance(leaveChance(life)) : idle && random.chance(0.12)) lose(life, at);
  }
  life.agenda.plan(at + 30 * DAY, review);
};

/** Looks at the true stage, so that what time alone does to it is dated to within ten days. */
export const watch: Act = (life, at) => {
  noteStage(life.stages, life.latent, life, at);
  life.agenda.plan(at + 10 * DAY, watch);
};

/** Every February: a rise in prices, felt by those who mind prices. */
export const raisePrices: Act = (life, at) => {
  const percent = priceRaiseOf(life.plan, at);
  if (percent > 0 && life.orders > 0) {
    life.recorder.record('crm', 'price.increased', at, { percent });
    const felt = life.profile.persona.priceSensitive * percent * 0.01;
    shift(life.latent, { satisfaction: -felt, commitment: -felt });
  }
  const date = new Date(at);
  life.agenda.plan(Date.UTC(date.getUTCFullYear() + 1, 1, 1, 9), raisePrices);
};
