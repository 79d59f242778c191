import { awake, DAY, HOUR } from './calendar';
import type { Act, Life } from './life';
import { clamp01 } from './random';

/** What customers say when asked, and a few unasked: the hidden satisfaction, seen through noise. */

const heard = (life: Life, noise: number): number => clamp01(life.latent.satisfaction + noise * life.random.bell());

/** People with strong feelings answer more. */
const answers = (life: Life): boolean => {
  const { satisfaction } = life.latent;
  const feeling = satisfaction > 0.6 ? satisfaction - 0.6 : 0.6 - satisfaction;
  return life.latent.alive && life.random.chance(life.profile.persona.responsive * (0.16 + 0.7 * feeling));
};

/** Share of bad reviews by days late: 9, 27, 65 and 85 %. */
const badShare = (daysLate: number): number =>
  daysLate <= 0 ? 0.09 : daysLate <= 3 ? 0.27 : daysLate <= 7 ? 0.65 : 0.85;

const BAD_WORDS = ['came too late', 'not what I expected', 'nobody answered', 'disappointing'] as const;
const GOOD_WORDS = ['quick and friendly', 'good quality', 'gladly again', 'fair price'] as const;

/** After a delivery some review it, some answer a short survey. */
export const feedbackOnDelivery = (life: Life, at: number, orderId: string, daysLate: number): void => {
  const { random } = life;
  if (random.chance(0.07 + (daysLate > 0 ? 0.08 : 0))) {
    const bad = random.chance(badShare(daysLate));
    const score = bad ? random.between(1, 2) : heard(life, 0.15) > 0.55 ? 5 : random.between(3, 4);
    const text = random.pick(bad ? BAD_WORDS : GOOD_WORDS);
    life.recorder.record(
      'shop',
      'review.posted',
      awake(at + DAY + random.below(9 * DAY), random),
      { score, scale: 5, text },
      {
        correlationId: orderId,
      },
    );
  }
  if (random.chance(0.3) && answers(life))
    life.recorder.record('survey', 'survey.answered', awake(at + 6 * HOUR + random.below(3 * DAY), random), {
      instrument: 'csat',
      score: 1 + Math.floor(heard(life, 0.13) * 4.99),
      scale: 5,
    });
};

/** The half-yearly question whether the customer would recommend the company. */
export const nps: Act = (life, at) => {
  const { random, latent } = life;
  if (life.orders > 0 && answers(life)) {
    const says = clamp01(0.55 * latent.satisfaction + 0.35 * latent.commitment + 0.2 + 0.1 * random.bell());
    life.recorder.record('survey', 'survey.answered', awake(at + random.below(5 * DAY), random), {
      instrument: 'nps',
      score: Math.floor(says * 10.99),
      scale: 10,
    });
  }
  if (latent.alive && life.orders > 0 && random.chance(0.05 * life.profile.persona.voice)) {
    const happy = heard(life, 0.15) > 0.55;
    life.recorder.record('crm', 'feedback.received', awake(at + random.below(20 * DAY), random), {
      sentiment: happy ? 'positive' : 'negative',
      text: random.pick(happy ? GOOD_WORDS : BAD_WORDS),
    });
  }
  life.agenda.plan(at + 150 * DAY + random.below(60 * DAY), nps);
};
