import { awake, DAY, HOUR, monthOf } from './calendar';
import { managerAt, staffId } from './company';
import { depthOf, experience, shift } from './latent';
import type { Act, Life } from './life';
import { customerId, profileOf } from './profile';

/** What binds beyond buying: loyalty programme, community, events, recommendations. */

const TIERS = ['none', 'silver', 'gold', 'platinum'] as const;
/** Orders at which a tier begins. */
const TIER_AT = [0, 4, 12, 30];

/** After an order: a step of the loyalty programme, points, a word of thanks. */
export const progress = (life: Life, at: number, total: number): void => {
  const { random, recorder, latent } = life;
  if (life.tier < 3 && life.orders >= TIER_AT[life.tier + 1]!) {
    const [from, to] = [TIERS[life.tier]!, TIERS[life.tier + 1]!] as const;
    life.tier++;
    recorder.record('crm', 'loyaltyTier.changed', at + HOUR, { from, to });
    recorder.record('crm', 'price.granted', at + HOUR + 1, { tier: to, discount: 2 * life.tier });
    shift(latent, { commitment: 0.03, satisfaction: 0.02 });
  }
  if (life.tier > 0 && random.chance(0.12))
    recorder.record('shop', 'points.earned', at + 1, { points: Math.floor(total / 10) + 1 });
  if (life.tier > 1 && random.chance(0.12))
    recorder.record('shop', 'points.redeemed', at, { points: random.between(10, 80) });
  if (random.chance(0.03)) {
    recorder.record('crm', 'recognition.given', at + DAY, {
      kind: random.pick(['thank-you card', 'gift', 'early access']),
    });
    shift(latent, { trust: 0.03, commitment: 0.02 });
  }
};

const REACH = 24;

/**
 * Someone who came by referral at about this time, among those whose numbers follow: known from their profile, without
 * simulating them. Near the end of the numbers it may be someone who never came.
 */
const referredBy = (life: Life, at: number): string | undefined => {
  const from = life.random.below(REACH);
  for (let i = 0; i < REACH; i++) {
    const index = life.index + 1 + ((from + i) % REACH);
    const { channel, identifiedAt } = profileOf(life.plan, index);
    if (channel === 'referral' && identifiedAt > at && identifiedAt - at < 60 * DAY) return customerId(index);
  }
  return undefined;
};

const recommend = (life: Life, at: number): void => {
  const { random, latent } = life;
  const depth = depthOf(latent);
  if (depth < 0.5 || !random.chance(life.profile.persona.sociable * (depth - 0.5) * 1.3)) return;
  const when = awake(at + random.below(20 * DAY), random);
  const referred = referredBy(life, when);
  life.recorder.record('crm', 'referral.made', when, referred === undefined ? {} : { referred });
};

const takePart = (life: Life, at: number): void => {
  const { random, latent, recorder } = life;
  const { sociable } = life.profile.persona;
  const extra = { staff: staffId(managerAt(life.plan, life.index, at)) };
  const when = () => awake(at + random.below(28 * DAY), random);
  if (!life.inCommunity && random.chance(0.12 * sociable * latent.commitment)) {
    life.inCommunity = true;
    recorder.record('crm', 'community.joined', when(), { communityId: 'customers' });
  }
  if (random.chance(0.09 * sociable * latent.commitment)) {
    const attendedAt = when();
    recorder.record(
      'crm',
      'event.attended',
      attendedAt,
      { eventId: `event-${monthOf(attendedAt)}`, kind: random.pick(['open day', 'workshop', 'tasting']) },
      extra,
    );
    experience(latent, 0.9, 0.06);
    shift(latent, { trust: 0.02, commitment: 0.02 });
  }
  if (life.inCommunity && random.chance(0.25 * sociable * latent.commitment))
    recorder.record('crm', 'social.exchanged', when(), { topic: random.pick(['advice', 'news', 'experience']) });
  if (random.chance(0.03 * latent.commitment))
    recorder.record('crm', 'greeting.answered', when(), { occasion: 'birthday' }, extra);
  if (random.chance(0.006 * sociable * latent.commitment))
    recorder.record('crm', 'gift.received', when(), { kind: 'card' }, extra);
};

/** Once a month. */
export const socialLife: Act = (life, at) => {
  if (life.latent.alive && life.orders > 0) {
    takePart(life, at);
    recommend(life, at);
  }
  life.agenda.plan(at + 30 * DAY, socialLife);
};
