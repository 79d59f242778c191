import type { Touchpoint } from '@rapport/domain';
import { DAY, HOUR, office } from './calendar';
import { managersOf, STAFF, skillOf, staffId } from './company';
import { type Plan, planOf, type SimulationOptions } from './options';
import { customerId, profileOf } from './profile';
import { randomOf } from './random';
import { type Recorder, recorder } from './recorder';

const SKILLS = ['complaints', 'products', 'languages', 'negotiation'] as const;

/** Training, half-yearly surveys and powers of one member of staff; `customer` of these is the member of staff. */
const workingLife = (plan: Plan, n: number, log: Recorder): void => {
  const random = randomOf(plan.seed, -100 - n);
  const skill = skillOf(plan, n);
  for (let at = plan.startAt + random.below(60 * DAY); at <= plan.endAt; at += 90 * DAY + random.below(180 * DAY))
    if (random.chance(0.4 + 0.5 * skill))
      log.record('crm', 'staff.trained', office(at, random), { skill: random.pick(SKILLS) });
  for (let at = plan.startAt + 30 * DAY; at <= plan.endAt; at += 182 * DAY) {
    const score = Math.max(1, Math.min(10, Math.floor(3 + 5 * skill + 1.2 * random.bell() + 0.5)));
    log.record('survey', 'staff.surveyed', office(at + random.below(6 * DAY), random), {
      engagement: score,
      scale: 10,
    });
  }
  if (skill > 0.5)
    log.record('crm', 'staff.empowered', office(plan.startAt + random.below(200 * DAY), random), {
      limit: 50 + 50 * random.below(6),
    });
};

/** Who answers for which business customer, on the stream of that member of staff. */
const assignments = function* (plan: Plan, index: number): Generator<Touchpoint, void, undefined> {
  const { persona, identifiedAt } = profileOf(plan, index);
  if (persona.segment !== 'business') return;
  const { first, second, changedAt } = managersOf(plan, index);
  const customer = customerId(index);
  const random = randomOf(plan.seed, index, 4);
  const assignedAt = identifiedAt + HOUR;
  const manager = assignedAt < changedAt ? first : second;
  const assigned = recorder(plan, staffId(manager), `a-${index}`, random);
  assigned.record('crm', 'staff.assigned', assignedAt, { customer });
  yield* assigned.finish();
  if (manager === second || changedAt > plan.endAt) return;
  const changed = recorder(plan, staffId(second), `x-${index}`, random);
  changed.record('crm', 'staff.changed', changedAt, { customer, from: staffId(first), to: staffId(second) });
  yield* changed.finish();
};

/**
 * The streams of the staff: first each one's training, surveys and powers, then the assignments of business customers
 * in order of their index. `customer` of every touchpoint is the member of staff (`s-00` to `s-39`).
 */
export function* simulateStaff(options: SimulationOptions): Generator<Touchpoint, void, undefined> {
  const plan = planOf(options);
  for (let n = 0; n < STAFF; n++) {
    const log = recorder(plan, staffId(n), `w-${n}`, randomOf(plan.seed, -200 - n));
    workingLife(plan, n, log);
    yield* log.finish();
  }
  for (let index = 0; index < plan.customers; index++) yield* assignments(plan, index);
}
