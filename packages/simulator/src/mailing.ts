import { awake, DAY, HOUR, MINUTE, monthOf, SECOND, startOfDay } from './calendar';
import { shift } from './latent';
import type { Act, Life } from './life';
import { buy, placeOrder } from './orders';
import { PRODUCTS, suggestionFor } from './products';

/**
 * Chance of an answer. Who answered before answers again (8 % with no answer before, 50 % with five); who did not tires
 * (half of it after six mailings without an answer). The level is scaled by commitment, on average to those figures;
 * the lost hardly look.
 */
const answerChance = (life: Life): number => {
  const before = 0.115 + 0.085 * Math.min(life.answered, 5);
  const tired = 1 - Math.min(life.unanswered, 9) / 12;
  const { alive, commitment } = life.latent;
  return Math.min(
    0.8,
    before * tired * (alive ? 0.55 + commitment : 0.12) * (0.6 + 0.5 * life.profile.persona.responsive),
  );
};

const campaignAt = (at: number, kind: string): string => `${kind}-${monthOf(at)}`;

const revoke = (life: Life, at: number): void => {
  life.consent = false;
  life.recorder.record('mailer', 'consent.revoked', at, { purpose: 'marketing' });
};

const redeem = (life: Life, at: number, campaignId: string): void => {
  const { random, recorder } = life;
  life.agenda.plan(awake(at + HOUR + random.below(3 * DAY), random), (_, then) => {
    if (!life.latent.alive) return;
    recorder.record('shop', 'coupon.redeemed', then - MINUTE, {
      couponId: `coupon-${campaignId}`,
      campaignId,
      discount: random.between(3, 12),
    });
    placeOrder(life, then);
  });
};

const offerNext = (life: Life, at: number): void => {
  const { random, recorder } = life;
  const suggested = suggestionFor(life.taste, random);
  const { sku } = PRODUCTS[suggested]!;
  if (life.owned.has(sku)) return;
  recorder.record('crm', 'crossSell.offered', at, { productId: sku, rank: random.between(1, 3), model: 'editorial' });
  const draw = random.uniform();
  if (draw < 0.15)
    life.agenda.plan(at + 5 * MINUTE, (_, then) => {
      recorder.record('crm', 'crossSell.accepted', then, { productId: sku });
      buy(life, then, suggested);
    });
  else if (draw < 0.3) recorder.record('crm', 'crossSell.declined', at + 5 * MINUTE, { productId: sku });
};

const answer = (life: Life, at: number, campaignId: string): void => {
  const { random, recorder, profile } = life;
  life.answered++;
  life.unanswered = 0;
  recorder.record('mailer', 'email.clicked', at, { campaignId, linkId: `l${random.between(1, 4)}` });
  if (random.chance(0.25)) recorder.record('shop', 'promotion.clicked', at + 40 * SECOND, { promotionId: campaignId });
  if (life.orders > 0 && random.chance(0.4)) offerNext(life, at + 5 * MINUTE);
  const buys = profile.persona.converts && (life.orders > 0 || life.signedUp);
  if (buys && random.chance(0.12 + 0.2 * profile.persona.priceSensitive)) redeem(life, at, campaignId);
};

const ignore = (life: Life, at: number): void => {
  const { random, latent } = life;
  life.unanswered++;
  if (life.unanswered > 3 && random.chance(0.05 * (1.2 - latent.commitment)))
    revoke(life, awake(at + random.below(2 * DAY), random));
  else if (latent.satisfaction < 0.4 && random.chance(0.02)) {
    life.recorder.record('mailer', 'email.spamReported', awake(at + random.below(DAY), random), {});
    revoke(life, at + DAY);
  }
};

const email = (life: Life, at: number): void => {
  const { random, recorder } = life;
  const campaignId = campaignAt(at, 'letter');
  recorder.record('mailer', 'email.sent', at, { campaignId });
  if (random.chance(0.015)) {
    const kind = random.chance(0.4) ? 'hard' : 'soft';
    if (kind === 'hard') life.reachable = false;
    recorder.record('mailer', 'email.bounced', at + 2 * SECOND, { campaignId, kind });
    return;
  }
  recorder.record('mailer', 'email.delivered', at + 2 * SECOND, { campaignId });
  const p = answerChance(life);
  const answers = random.chance(p);
  const openedAt = awake(at + 3 * MINUTE + Math.floor(random.exponential(12 * HOUR)), random);
  if (answers || random.chance(Math.min(0.5, 0.05 + 1.4 * p)))
    recorder.record('mailer', 'email.opened', openedAt, { campaignId });
  if (answers)
    life.agenda.plan(openedAt + 20 * SECOND + random.below(5 * MINUTE), (_, then) => answer(life, then, campaignId));
  else life.agenda.plan(at + 3 * DAY, ignore);
};

const letter = (life: Life, at: number): void => {
  const { random, recorder } = life;
  const campaignId = campaignAt(at, 'post');
  const pieceId = `${campaignId}-${life.key}`;
  recorder.record('mailer', 'mail.sent', at, { campaignId, pieceId, cost: 1 });
  if (random.chance(0.02)) {
    life.reachable = false;
    recorder.record('mailer', 'mail.returned', at + 5 * DAY + random.below(9 * DAY), {
      campaignId,
      pieceId,
      reason: 'moved',
    });
  } else if (random.chance(answerChance(life))) {
    life.answered++;
    life.unanswered = 0;
    if (life.signedUp && life.profile.persona.converts && life.latent.alive) redeem(life, at + 4 * DAY, campaignId);
  } else life.unanswered++;
};

/** Days to the next mailing: those who never answer are written to less often. */
const pause = (life: Life): number => (life.unanswered >= 6 ? 150 : life.orders > 0 ? 65 : 100);

/** Mailings come on the morning of a day of their own for each customer. */
export const mailing: Act = (life, at) => {
  const { random } = life;
  const morning = Math.max(startOfDay(at) + 8 * HOUR + random.below(2 * HOUR), at);
  if (life.reachable) {
    if (life.consent) email(life, morning);
    else if (life.orders > 0 && random.chance(0.3)) letter(life, morning);
  }
  if (life.orders > 0 && random.chance(0.06)) {
    const promotionId = campaignAt(at, 'offer');
    life.recorder.record('shop', 'promotion.offered', morning + DAY, { promotionId, cost: 1 });
    shift(life.latent, { commitment: 0.005 });
  }
  life.agenda.plan(at + pause(life) * DAY + random.below(20 * DAY), mailing);
};
