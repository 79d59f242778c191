import type { Touchpoint } from '@rapport/domain';
import { agenda } from './agenda';
import { awake, DAY, HOUR } from './calendar';
import { raisePrices, review, watch } from './commitment';
import { contacts } from './contacts';
import { nps } from './feedback';
import { depthOf, passTime, startLatent } from './latent';
import type { Act, Life } from './life';
import { mailing } from './mailing';
import { type Plan, planOf, type SimulationOptions } from './options';
import { considerOrder, placeOrder } from './orders';
import { tasteOf } from './products';
import { customerId, profileOf } from './profile';
import { randomOf } from './random';
import { recorder } from './recorder';
import { socialLife } from './social';
import { type CustomerTruth, finalStateOf, noteStage } from './truth';

export interface SimulatedCustomer {
  readonly customer: string;
  /** In order of recording. */
  readonly touchpoints: readonly Touchpoint[];
  readonly truth: CustomerTruth;
}

const begin = (plan: Plan, index: number): Life => {
  const profile = profileOf(plan, index);
  const random = randomOf(plan.seed, index, 2);
  const key = String(index).padStart(6, '0');
  const life: Life = {
    plan,
    index,
    key,
    profile,
    taste: tasteOf(random),
    random,
    latent: startLatent(profile.persona, profile.identifiedAt),
    agenda: agenda<Life>((context, at) => passTime(context.latent, at)),
    recorder: recorder(plan, customerId(index), key, randomOf(plan.seed, index, 3)),
    stages: { intervals: [] },
    complaints: [],
    signedUp: false,
    consent: false,
    reachable: true,
    orders: 0,
    messages: 0,
    owned: new Set(),
    tier: 0,
    inCommunity: false,
    underContract: false,
    unanswered: 0,
    answered: 0,
    lostAt: undefined,
  };
  return life;
};

const signUp: Act = (life, at) => {
  const { random, recorder: log, profile } = life;
  life.signedUp = true;
  log.record('shop', 'customer.signedUp', at, { channel: profile.channel });
  if (random.chance(0.65)) {
    life.consent = true;
    log.record('shop', 'consent.granted', at + 1, { purpose: 'marketing', proof: 'sign-up form' });
  }
  noteStage(life.stages, life.latent, life, at);
  life.agenda.plan(at + DAY, contacts);
  life.agenda.plan(at + 10 * DAY + random.below(30 * DAY), mailing);
  if (!profile.persona.converts) return;
  life.agenda.plan(awake(at + HOUR + Math.floor(random.exponential(25 * DAY)), random), (_, then) => {
    if (!life.latent.alive) return;
    placeOrder(life, then);
    noteStage(life.stages, life.latent, life, then);
    considerOrder(life, then);
    life.agenda.plan(then + DAY, socialLife);
    life.agenda.plan(then + 60 * DAY + random.below(90 * DAY), nps);
  });
};

const identify: Act = (life, at) => {
  const { random, recorder: log, profile, agenda: plans } = life;
  log.record('crm', 'prospect.identified', at, { channel: profile.channel });
  noteStage(life.stages, life.latent, life, at);
  if (profile.persona.converts || random.chance(0.4))
    plans.plan(awake(at + HOUR + Math.floor(random.exponential(9 * DAY)), random), signUp);
  plans.plan(at + 30 * DAY, review);
  plans.plan(at + 10 * DAY, watch);
  const date = new Date(at);
  const year = date.getUTCFullYear() + (date.getUTCMonth() >= 1 ? 1 : 0);
  plans.plan(Date.UTC(year, 1, 1, 9), raisePrices);
};

const truthOf = (life: Life): CustomerTruth => {
  const { latent, stages, plan, profile, orders } = life;
  noteStage(stages, latent, life, plan.endAt);
  const last = stages.intervals[stages.intervals.length - 1]!;
  last.to = plan.endAt + 1;
  const { satisfaction, trust, commitment } = latent;
  return {
    customer: customerId(life.index),
    segment: profile.persona.segment,
    state: finalStateOf(latent, orders, last.stage, (plan.endAt - profile.identifiedAt) / DAY),
    stage: last.stage,
    stages: stages.intervals,
    final: { satisfaction, trust, commitment, depth: depthOf(latent) },
    orders,
    complaints: life.complaints.map(({ settled, ...complaint }) =>
      settled ? complaint : { ...complaint, satisfactionAfter: satisfaction },
    ),
    alive: latent.alive,
    ...(life.lostAt === undefined ? {} : { lostAt: life.lostAt }),
  };
};

const live = (plan: Plan, index: number): SimulatedCustomer => {
  const life = begin(plan, index);
  life.agenda.plan(life.profile.identifiedAt, identify);
  life.agenda.run(life, plan.endAt);
  passTime(life.latent, plan.endAt);
  return { customer: customerId(index), touchpoints: life.recorder.finish(), truth: truthOf(life) };
};

/**
 * One customer from their first day. They depend on the seed, the period and their index, on no other
 * customer and not on how many there are, so that workers can divide a simulation.
 *
 * @example simulateCustomer({ customers: 1, seed: 7 }, 0).truth.stage
 */
export const simulateCustomer = (options: SimulationOptions, index: number): SimulatedCustomer =>
  live(planOf(options), index);

/** All customers, one after the other; memory holds one at a time. */
export function* simulate(options: SimulationOptions): Generator<SimulatedCustomer, void, undefined> {
  const plan = planOf(options);
  for (let index = 0; index < plan.customers; index++) yield live(plan, index);
}
