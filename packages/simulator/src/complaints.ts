import { awake, DAY, HOUR } from './calendar';
import { shift } from './latent';
import type { Life } from './life';
import { type Recovery, recoveryFor } from './recovery';
import type { ComplaintTruth, MutableComplaintTruth, Severity } from './truth';

export interface Grievance {
  readonly cause: ComplaintTruth['cause'];
  readonly severity: Severity;
  /** Money lost, in whole units of the account currency. */
  readonly loss: number;
  readonly orderId?: string;
  /** Hidden satisfaction before it happened. */
  readonly satisfactionBefore: number;
}

const HURT: Readonly<Record<Severity, number>> = { low: 0.06, medium: 0.13, high: 0.22 };

/** Good recovery brings satisfaction back, at best slightly above; a second failure within a year gets no such bonus. */
const settle = (life: Life, truth: MutableComplaintTruth, quality: Recovery['quality'], again: boolean): void => {
  if (truth.settled) return;
  truth.settled = true;
  const { latent } = life;
  const hurt = HURT[truth.severity];
  if (quality === 'good') {
    const back = truth.satisfactionBefore + (again ? -0.06 : 0.03) + 0.02 * life.random.bell();
    const by = back - latent.satisfaction;
    shift(latent, { satisfaction: Math.max(by, 0), trust: again ? 0.03 : hurt * 0.8, commitment: again ? 0 : 0.03 });
  } else {
    const worse = quality === 'poor' ? 0.7 : 1;
    shift(latent, { satisfaction: -hurt * worse, trust: -hurt * 1.4 * worse, commitment: -hurt * worse });
  }
  truth.satisfactionAfter = latent.satisfaction;
};

const carryOut = (
  life: Life,
  openedAt: number,
  caseId: string,
  loss: number,
  recovery: Recovery,
  done: (at: number) => void,
): void => {
  const { recorder } = life;
  const extra = { staff: recovery.staff, correlationId: caseId };
  const { acknowledgedAt, updates, apologyAt, offer, resolution } = recovery;
  if (acknowledgedAt !== undefined)
    recorder.record('helpdesk', 'complaint.acknowledged', acknowledgedAt, { caseId }, extra);
  for (const at of updates) recorder.record('helpdesk', 'complaint.updated', at, { caseId }, extra);
  if (apologyAt !== undefined) recorder.record('helpdesk', 'apology.given', apologyAt, { caseId }, extra);
  if (offer !== undefined && loss > 0) {
    const amount = Math.max(1, Math.floor(loss * offer.ratio));
    recorder.record(
      'helpdesk',
      'compensation.offered',
      offer.at,
      { caseId, amount, kind: amount < 15 ? 'voucher' : 'money' },
      extra,
    );
    const answer = offer.accepted ? 'compensation.accepted' : 'compensation.rejected';
    recorder.record(
      'helpdesk',
      answer,
      offer.at + HOUR + life.random.below(3 * HOUR),
      { caseId, amount },
      { correlationId: caseId },
    );
  }
  if (resolution !== undefined)
    life.agenda.plan(Math.max(resolution.at, openedAt + 5 * HOUR), (_, at) => {
      recorder.record('helpdesk', 'complaint.resolved', at, { caseId, outcome: resolution.outcome }, extra);
      done(at);
    });
};

/** After a poor recovery some come back with the same case, or go over the heads of those who failed them. */
const aftermath = (life: Life, at: number, caseId: string, staff: string): void => {
  const { random, recorder } = life;
  if (!random.chance(0.3 * (0.5 + life.profile.persona.voice))) return;
  const reopenedAt = awake(at + DAY + random.below(9 * DAY), random);
  life.agenda.plan(reopenedAt, () => {
    recorder.record('helpdesk', 'complaint.reopened', reopenedAt, { caseId }, { correlationId: caseId });
    if (random.chance(0.4))
      recorder.record(
        'helpdesk',
        'complaint.escalated',
        reopenedAt + random.below(DAY),
        { caseId },
        { staff, correlationId: caseId },
      );
    shift(life.latent, { satisfaction: -0.04, trust: -0.05 });
  });
  if (random.chance(0.6))
    life.agenda.plan(reopenedAt + 2 * DAY + random.below(12 * DAY), (_, again) => {
      const outcome = random.chance(0.4) ? 'satisfied' : 'unsatisfied';
      recorder.record('helpdesk', 'complaint.resolved', again, { caseId, outcome }, { staff, correlationId: caseId });
    });
};

const withdrawOrForget = (life: Life, openedAt: number, caseId: string): void => {
  if (!life.random.chance(0.25)) return;
  life.agenda.plan(awake(openedAt + 20 * DAY + life.random.below(40 * DAY), life.random), (_, at) => {
    life.recorder.record('helpdesk', 'complaint.withdrawn', at, { caseId }, { correlationId: caseId });
  });
};

/** The customer says what is wrong, and the company reacts. */
export const complain = (life: Life, at: number, grievance: Grievance): void => {
  const { cause, severity, loss, orderId, satisfactionBefore } = grievance;
  const caseId = `k-${life.key}-${life.complaints.length + 1}`;
  const again = life.complaints.some(({ openedAt }) => at - openedAt <= 365 * DAY);
  const recovery = recoveryFor(life, at);
  const truth: MutableComplaintTruth = {
    caseId,
    openedAt: at,
    severity,
    cause,
    recovery: recovery.quality,
    satisfactionBefore,
    satisfactionAfter: satisfactionBefore,
    settled: false,
  };
  life.complaints.push(truth);
  const hurt = HURT[severity];
  shift(life.latent, { satisfaction: -hurt, trust: -hurt * 0.7, commitment: -hurt * 0.3 });
  life.recorder.record(
    'helpdesk',
    'complaint.opened',
    at,
    {
      caseId,
      severity,
      loss,
      category: cause,
      channel: life.random.pick(['email', 'phone', 'web']),
      ...(orderId === undefined ? {} : { orderId }),
    },
    { correlationId: caseId },
  );
  carryOut(life, at, caseId, loss, recovery, (resolvedAt) => {
    settle(life, truth, recovery.quality, again);
    if (recovery.quality === 'poor') aftermath(life, resolvedAt, caseId, recovery.staff);
  });
  if (recovery.quality === 'none') {
    life.agenda.plan(at + 21 * DAY, () => settle(life, truth, 'none', again));
    withdrawOrForget(life, at, caseId);
  }
};
