import { formatInstant } from '@rapport/domain';
import { awake, DAY, HOUR, MINUTE, seasonAt, startOfDay } from './calendar';
import { lateShareAt } from './company';
import { complain } from './complaints';
import { feedbackOnDelivery } from './feedback';
import { experience, shift } from './latent';
import type { Act, Life } from './life';
import { basketOf, PRODUCTS } from './products';
import { progress } from './social';
import type { Severity } from './truth';

interface Order {
  readonly orderId: string;
  readonly total: number;
  readonly at: number;
}

/** Days late: mostly 1 to 3, seldom more than a week; 0 on time. */
const drawDaysLate = (life: Life, promisedAt: number): number => {
  const { random } = life;
  if (!random.chance(lateShareAt(life.plan, promisedAt))) return 0;
  const draw = random.uniform();
  return draw < 0.6 ? random.between(1, 3) : draw < 0.88 ? random.between(4, 7) : random.between(8, 20);
};

/** Quality of a delivery as felt: steeply worse by the day. */
const felt = (daysLate: number): { readonly quality: number; readonly weight: number } =>
  daysLate === 0
    ? { quality: 0.78, weight: 0.12 }
    : daysLate <= 3
      ? { quality: 0.48, weight: 0.22 }
      : daysLate <= 7
        ? { quality: 0.25, weight: 0.35 }
        : { quality: 0.1, weight: 0.45 };

const severityOf = (daysLate: number, total: number): Severity =>
  daysLate >= 8 || (daysLate >= 4 && total > 150) ? 'high' : daysLate >= 4 || total > 150 ? 'medium' : 'low';

const complainOfDelivery = (life: Life, at: number, order: Order, daysLate: number, before: number): void => {
  const chance = life.profile.persona.voice * (daysLate <= 3 ? 0.3 : daysLate <= 7 ? 0.75 : 1.2);
  if (!life.random.chance(chance)) return;
  life.agenda.plan(awake(at + life.random.below(DAY), life.random), (_, opened) =>
    complain(life, opened, {
      cause: 'late-delivery',
      severity: severityOf(daysLate, order.total),
      loss: Math.floor(order.total * (daysLate <= 3 ? 0.15 : 0.5)),
      orderId: order.orderId,
      satisfactionBefore: before,
    }),
  );
};

const complainOfProduct = (life: Life, at: number, order: Order, before: number): void => {
  const { random } = life;
  experience(life.latent, 0.25, 0.25);
  if (!random.chance(0.3 + 0.6 * life.profile.persona.voice)) return;
  life.agenda.plan(awake(at + 6 * HOUR + random.below(6 * DAY), random), (_, opened) => {
    const draw = random.uniform();
    complain(life, opened, {
      cause: 'product',
      severity: draw < 0.4 ? 'low' : draw < 0.85 ? 'medium' : 'high',
      loss: Math.max(1, Math.floor(order.total * (0.2 + 0.6 * random.uniform()))),
      orderId: order.orderId,
      satisfactionBefore: before,
    });
  });
};

const deliver = (life: Life, at: number, order: Order, daysLate: number): void => {
  const { random, latent, recorder } = life;
  const { orderId } = order;
  const before = latent.satisfaction;
  recorder.record('shop', 'order.delivered', at, { orderId }, { correlationId: orderId });
  const { quality, weight } = felt(daysLate);
  experience(latent, quality + 0.1 * random.bell(), weight);
  if (daysLate > 0) complainOfDelivery(life, at, order, daysLate, before);
  if (random.chance(0.025)) complainOfProduct(life, at, order, before);
  else if (random.chance(0.06)) {
    // Sent back because it did not fit: a return says nothing against the company.
    const share = random.chance(0.5) ? 1 : 0.5;
    const back = awake(at + 2 * DAY + random.below(12 * DAY), random);
    recorder.record(
      'shop',
      'order.refunded',
      back,
      { orderId, total: Math.floor(order.total * share), currency: 'EUR' },
      { correlationId: orderId },
    );
  }
  feedbackOnDelivery(life, at, orderId, daysLate);
};

const browse = (life: Life, at: number, product: number): void => {
  const { random, recorder } = life;
  const { sku, category } = PRODUCTS[product]!;
  const viewedAt = Math.max(at - 20 * MINUTE - random.below(20 * HOUR), life.profile.identifiedAt + MINUTE);
  if (random.chance(0.16)) recorder.record('shop', 'product.viewed', viewedAt, { sku, category });
  if (random.chance(0.07)) recorder.record('shop', 'cart.productAdded', at - 9 * MINUTE, { sku, quantity: 1 });
  if (random.chance(0.08)) recorder.record('shop', 'checkout.started', at - 5 * MINUTE, {});
  if (random.chance(0.015)) recorder.record('shop', 'payment.failed', at - 2 * MINUTE, { reason: 'declined' });
};

const itemsOf = (life: Life, wanted?: number) => {
  const { random, profile } = life;
  const size = 1 + Math.floor(random.exponential(profile.persona.basket - 0.8));
  const bulk = profile.persona.segment === 'business' ? 6 : 1;
  return basketOf(life.taste, Math.min(size, 9), random, wanted).map((product) => ({
    product,
    quantity: random.chance(0.75) ? 1 : random.between(1, 3 * bulk),
  }));
};

const nextStep = (life: Life, at: number, order: Order, promisedAt: number): void => {
  const { random, recorder } = life;
  const { orderId } = order;
  if (random.chance(0.025)) {
    const cancelled = at + HOUR + random.below(DAY);
    const byCompany = random.chance(0.3);
    if (byCompany) life.agenda.plan(cancelled, () => experience(life.latent, 0.3, 0.2));
    const data = {
      orderId,
      by: byCompany ? 'company' : 'customer',
      reason: byCompany ? 'out of stock' : 'changed her mind',
    };
    recorder.record('shop', 'order.cancelled', cancelled, data, { correlationId: orderId });
    return;
  }
  const daysLate = drawDaysLate(life, promisedAt);
  // On time means any time up to the promised evening; late means that evening plus some days, by day.
  const early = Math.floor((promisedAt - at - DAY / 4) * (0.5 * random.uniform()));
  const deliveredAt =
    daysLate === 0 ? promisedAt - early - random.below(6 * HOUR) : promisedAt + daysLate * DAY - random.below(9 * HOUR);
  life.agenda.plan(deliveredAt, (_, then) => deliver(life, then, order, daysLate));
};

/** Buys products they like, and `wanted` (an index into the products) if given. */
export const buy = (life: Life, at: number, wanted?: number): void => {
  const { random, recorder, latent } = life;
  const items = itemsOf(life, wanted);
  browse(life, at, items[0]!.product);
  life.orders++;
  const orderId = `o-${life.key}-${life.orders}`;
  const sold = items.map(({ product, quantity }) => {
    const { sku, category, price } = PRODUCTS[product]!;
    life.owned.add(sku);
    return { sku, category, quantity, price };
  });
  const total = sold.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const promisedAt = startOfDay(at) + random.between(2, 6) * DAY + 18 * HOUR;
  recorder.record(
    'shop',
    'order.completed',
    at,
    { orderId, total, currency: 'EUR', items: sold, promisedAt: formatInstant(promisedAt) },
    { correlationId: orderId },
  );
  shift(latent, { commitment: 0.05 * (1 - latent.commitment) });
  nextStep(life, at, { orderId, total, at }, promisedAt);
  progress(life, at, total);
};

export const placeOrder: Act = (life, at) => buy(life, at);

/** Orders in 30 days in the present state. */
const rateAt = (life: Life, at: number): number => {
  const { commitment } = life.latent;
  return life.profile.persona.orderRate * (0.03 + 1.05 * commitment * commitment) * seasonAt(at);
};

const RECONSIDER = 21 * DAY;

/**
 * The next order, as a waiting time at today's rate. When it is further away than three weeks, the rate is looked at
 * again then: waiting has no memory, so nothing is lost by starting over.
 */
export const considerOrder: Act = (life, at) => {
  if (!life.latent.alive) return;
  const wait = Math.floor(life.random.exponential((30 * DAY) / rateAt(life, at)));
  if (wait > RECONSIDER) life.agenda.plan(at + RECONSIDER, considerOrder);
  else
    life.agenda.plan(awake(at + wait + HOUR, life.random), (_, then) => {
      if (!life.latent.alive) return;
      placeOrder(life, then);
      considerOrder(life, then);
    });
};
