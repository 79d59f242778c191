import type { JsonObject, Touchpoint } from '@rapport/domain';
import { DAY, HOUR } from './calendar';
import type { Plan } from './options';
import type { Random } from './random';

/** The systems the company records touchpoints in. */
export const SOURCES = ['shop', 'crm', 'mailer', 'helpdesk', 'survey'] as const;
export type Source = (typeof SOURCES)[number];

/** Share recorded later than it occurred: a shop is prompt, people who type in their visits are not. */
const LATE: Readonly<Record<Source, number>> = { shop: 0.05, crm: 0.16, mailer: 0.07, helpdesk: 0.07, survey: 0.12 };

/** Most late ones wait some hours, some days, a few weeks. */
const lateness = (random: Random): number => {
  const draw = random.uniform();
  if (draw < 0.65) return HOUR + random.below(23 * HOUR);
  if (draw < 0.95) return DAY + random.below(6 * DAY);
  return 7 * DAY + random.below(28 * DAY);
};

export interface Extra {
  readonly staff?: string;
  readonly correlationId?: string;
}

export interface Recorder {
  /** Takes what happened and returns its id; what occurs after the end of the simulation is not taken. */
  record(source: Source, type: string, at: number, data: JsonObject, extra?: Extra): string;
  /** Everything taken, in order of recording. */
  finish(): readonly Touchpoint[];
}

interface Taken {
  readonly order: number;
  readonly touchpoint: Touchpoint;
}

/** `prefix` makes ids unique among all customers. */
export const recorder = (plan: Plan, customer: string, prefix: string, random: Random): Recorder => {
  const taken: Taken[] = [];
  let count = 0;
  return {
    record: (source, type, at, data, extra) => {
      count++;
      const id = `${prefix}-${count}`;
      if (at > plan.endAt) return id;
      const late = random.chance(LATE[source]) ? lateness(random) : 0;
      // The books close with the simulation: what is late then is recorded in its last millisecond.
      const recordedAt = Math.min(at + late, plan.endAt);
      taken.push({
        order: recordedAt,
        touchpoint: { id, source, type, customer, occurredAt: at, recordedAt, data, ...extra },
      });
      return id;
    },
    finish: () => {
      if (plan.duplicates > 0) {
        for (const { order, touchpoint } of [...taken])
          if (random.chance(plan.duplicates)) taken.push({ order: order + lateness(random), touchpoint });
      }
      return taken.sort((a, b) => a.order - b.order).map(({ touchpoint }) => touchpoint);
    },
  };
};
