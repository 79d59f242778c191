import { awake, DAY, HOUR, MINUTE, office } from './calendar';
import { managerAt, skillOf, staffId } from './company';
import { complain } from './complaints';
import { experience, shift } from './latent';
import type { Act, Life } from './life';

/** What passes between customers and people of the company: messages, calls, meetings, contracts, services. */

const TOPICS = ['delivery', 'product', 'invoice', 'advice', 'return'] as const;
const PLACES = ['office', 'shop', 'fair'] as const;

const reply = (life: Life, at: number, inReplyTo: string): void => {
  const { random, latent, recorder, plan } = life;
  const manager = managerAt(plan, life.index, at);
  const extra = { staff: staffId(manager) };
  const draw = random.uniform() + 0.3 * (0.5 - skillOf(plan, manager));
  if (draw < 0.74) {
    recorder.record(
      'helpdesk',
      'message.sent',
      at + 4 * MINUTE + random.below(3 * HOUR + 50 * MINUTE),
      { inReplyTo },
      extra,
    );
    experience(latent, 0.85, 0.05);
  } else if (draw < 0.94) {
    recorder.record(
      'helpdesk',
      'message.sent',
      office(at + 5 * HOUR + random.below(3 * DAY), random),
      { inReplyTo },
      extra,
    );
    experience(latent, 0.45, 0.07);
  } else shift(latent, { satisfaction: -0.04, trust: -0.05 });
};

const write = (life: Life, at: number): void => {
  const { random, recorder } = life;
  const when = office(awake(at, random), random);
  if (random.chance(0.25)) {
    const staff = staffId(managerAt(life.plan, life.index, when));
    recorder.record(
      'helpdesk',
      'call.received',
      when,
      { topic: random.pick(TOPICS), durationSeconds: random.between(40, 900) },
      { staff },
    );
    experience(life.latent, 0.75, 0.03);
    return;
  }
  life.messages++;
  const messageId = `m-${life.key}-${life.messages}`;
  const channel = random.pick(['email', 'chat', 'web'] as const);
  recorder.record('helpdesk', 'message.received', when, { messageId, channel, topic: random.pick(TOPICS) });
  life.agenda.plan(when, (_, then) => reply(life, then, messageId));
};

/** Some orders include a service at home; it may fail. */
const serve = (life: Life, at: number): void => {
  const { random, recorder, latent } = life;
  const serviceId = `v-${life.key}-${Math.floor(at / DAY)}`;
  const staff = staffId(managerAt(life.plan, life.index, at));
  if (random.chance(0.93)) {
    const onTime = random.chance(0.9);
    recorder.record('crm', 'service.delivered', at, { serviceId, onTime }, { staff });
    experience(latent, onTime ? 0.82 : 0.5, 0.1);
    if (random.chance(0.1))
      recorder.record('crm', 'service.customized', at + MINUTE, { attributes: { finish: 'by wish' } }, { staff });
    if (random.chance(0.1))
      recorder.record('crm', 'service.augmented', at + 2 * MINUTE, { extra: 'inspection' }, { staff });
    return;
  }
  const before = latent.satisfaction;
  const severity = random.chance(0.3) ? 'low' : random.chance(0.6) ? 'medium' : 'high';
  recorder.record('crm', 'service.failed', at, { serviceId, severity }, { staff });
  experience(latent, 0.15, 0.25);
  if (!random.chance(0.25 + 0.7 * life.profile.persona.voice)) return;
  life.agenda.plan(awake(at + HOUR + random.below(2 * DAY), random), (_, opened) =>
    complain(life, opened, {
      cause: 'service-failure',
      severity,
      loss: random.between(10, 120),
      satisfactionBefore: before,
    }),
  );
};

const meet = (life: Life, at: number): void => {
  const { random, recorder, latent } = life;
  const when = office(at + random.below(20 * DAY), random);
  const extra = { staff: staffId(managerAt(life.plan, life.index, when)) };
  if (random.chance(0.3 * (0.3 + latent.commitment))) {
    if (random.chance(0.75)) recorder.record('crm', 'meeting.held', when, { topic: random.pick(TOPICS) }, extra);
    else recorder.record('crm', 'visit.made', when, { place: random.pick(PLACES) }, extra);
    shift(latent, { trust: 0.03 });
  }
  if (random.chance(0.12))
    recorder.record(
      'crm',
      'call.made',
      when + 2 * HOUR,
      { durationSeconds: random.between(30, 900), outcome: random.pick(['reached', 'voicemail', 'callback']) },
      extra,
    );
};

const negotiate = (life: Life, at: number): void => {
  const { random, recorder, latent } = life;
  const when = office(at + random.below(15 * DAY), random);
  const extra = { staff: staffId(managerAt(life.plan, life.index, when)) };
  if (!life.underContract && life.orders > 1 && random.chance(0.25 * latent.commitment)) {
    const total = random.between(5, 60) * 100;
    recorder.record('crm', 'quote.sent', when, { quoteId: `q-${life.key}-${life.orders}`, total }, extra);
    if (random.chance(latent.commitment)) {
      life.underContract = true;
      recorder.record('crm', 'contract.signed', when + 9 * DAY, { contractId: `t-${life.key}` }, extra);
    }
  } else if (life.underContract && random.chance(0.08)) {
    if (random.chance(0.4 + latent.commitment))
      recorder.record('crm', 'contract.renewed', when, { contractId: `t-${life.key}` }, extra);
    else {
      life.underContract = false;
      recorder.record('crm', 'contract.ended', when, { contractId: `t-${life.key}`, reason: 'not renewed' }, extra);
    }
  }
};

/** Once a month. */
export const contacts: Act = (life, at) => {
  const { random, latent } = life;
  if (latent.alive && life.signedUp) {
    const later = (): number => at + random.below(28 * DAY);
    if (random.chance(life.orders === 0 ? 0.05 : 0.03 + 0.12 * latent.commitment)) life.agenda.plan(later(), write);
    if (life.orders > 0 && random.chance(0.09 * latent.commitment)) life.agenda.plan(office(later(), random), serve);
    if (life.profile.persona.segment === 'business') {
      if (life.orders > 0) meet(life, at);
      negotiate(life, at);
    } else if (life.orders > 0 && random.chance(0.01)) meet(life, at);
    if (random.chance(0.015))
      life.recorder.record('crm', 'preference.stated', awake(later(), random), { topic: 'channel', value: 'email' });
  }
  life.agenda.plan(at + 30 * DAY, contacts);
};
