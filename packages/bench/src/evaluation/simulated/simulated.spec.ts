import type { ComplaintTruth } from '@rapport/simulator';
import { type Happening, madeUpCompany, onDay } from '../testing/made-up-company';
import { factorAgreement, stageAgreement } from './agreement';
import { lossWarnings } from './loss';
import { recoveryChanges } from './recovery';

const order = (day: number): Happening => ({ day, type: 'order.completed', data: { orderId: `o${day}`, total: 10 } });
const every = (days: number, until: number): readonly Happening[] =>
  Array.from({ length: Math.floor(until / days) + 1 }, (_, i) => order(i * days));

describe('agreement with the true stage', () => {
  const company = madeUpCompany(100, [
    { happenings: [{ day: 0, type: 'prospect.identified' }], truth: { stage: 'attract' } },
    { happenings: [order(0)], truth: { stage: 'establish' } },
    { happenings: [order(99)], truth: { stage: 'build' } },
    { happenings: [order(99)], truth: { stage: 'strengthen' } },
  ]);
  const agreement = stageAgreement(company, company.customers, 1);

  test('counts customers by true and given stage', () => {
    expect(company.customers.map(({ evaluation }) => evaluation.fold.stageId)).toEqual([
      'attract',
      'establish',
      'build',
      'build',
    ]);
    const row = (given: number) => [0, 0, 0, 0, 0, 0, 0].map((_, i) => (i === given ? 1 : 0));
    const none = row(-1);
    expect(agreement.confusion).toEqual([row(0), row(1), row(2), none, none, row(2), none]);
    expect(agreement.stage).toMatchObject({ exact: 0.75, withinOne: 0.75 });
  });

  test('gives baselines stages of the true sizes, equal values the same one', () => {
    // Orders 0, 1, 1, 1: the first is the one at attract, and the middle of the three is at build.
    expect(agreement.orders).toMatchObject({ exact: 0.5, withinOne: 0.75 });
    expect(agreement.activity.spearman.value).toBeCloseTo(agreement.stage.spearman.value, 12);
  });

  test('compares scores with hidden satisfaction and trust by rank', () => {
    const rated = (score: number, satisfaction: number) => ({
      happenings: [order(0), { day: 1, type: 'survey.answered', data: { instrument: 'csat', score, scale: 5 } }],
      truth: { final: { satisfaction, trust: 1 - satisfaction, commitment: 0, depth: 0 } },
    });
    const company = madeUpCompany(10, [rated(1, 0.2), rated(3, 0.5), rated(5, 0.9)]);
    expect(factorAgreement(company, company.customers, 1).satisfaction.value).toBeCloseTo(1, 12);
  });
});

describe('recovery', () => {
  const complaint = (
    recovery: ComplaintTruth['recovery'],
    satisfactionAfter: number,
    openedAt = onDay(10),
  ): ComplaintTruth => ({
    caseId: 'k',
    openedAt,
    severity: 'high',
    cause: 'product',
    recovery,
    satisfactionBefore: 0.6,
    satisfactionAfter,
  });
  const opened: Happening = { day: 10, type: 'complaint.opened', data: { caseId: 'k', severity: 'high', loss: 100 } };
  const company = madeUpCompany(60, [
    {
      happenings: [
        opened,
        { day: 10.2, type: 'complaint.acknowledged', data: { caseId: 'k' } },
        { day: 10.3, type: 'apology.given', data: { caseId: 'k' } },
        { day: 11, type: 'compensation.accepted', data: { caseId: 'k', amount: 100 } },
        { day: 12, type: 'complaint.resolved', data: { caseId: 'k', outcome: 'satisfied' } },
      ],
      truth: { complaints: [complaint('good', 0.62)] },
    },
    {
      happenings: [opened, { day: 30, type: 'complaint.resolved', data: { caseId: 'k', outcome: 'unsatisfied' } }],
      truth: { complaints: [complaint('poor', 0.3)] },
    },
    {
      happenings: [{ ...opened, day: 50 }],
      truth: { complaints: [complaint('none', 0.5, onDay(50))] },
    },
  ]);
  const { byQuality, goodLessPoor } = recoveryChanges(company, 1);

  test('is the change of the satisfaction score from just before the complaint to 30 days after it', () => {
    expect(byQuality.good).toMatchObject({ complaints: 1, before: 50 });
    expect(byQuality.good.change.value).toBeCloseTo(byQuality.good.after - 50, 12);
    expect(byQuality.good.change.value).toBeGreaterThan(byQuality.poor.change.value);
    expect(goodLessPoor.value).toBeCloseTo(byQuality.good.change.value - byQuality.poor.change.value, 12);
  });

  test('stands beside the hidden change, in hundredths', () => {
    expect(byQuality.good.hidden.value).toBeCloseTo(2, 12);
    expect(byQuality.poor.hidden.value).toBeCloseTo(-30, 12);
  });

  test('leaves out complaints of which 30 days cannot be seen', () => {
    expect(byQuality.none.complaints).toBe(0);
    expect(byQuality.none.change.value).toBeNaN();
  });
});

describe('warnings of a loss', () => {
  const { lost, kept, shares, medianLeadDays } = lossWarnings(
    madeUpCompany(400, [
      { happenings: [order(0), order(10)], truth: { alive: false, lostAt: onDay(20) } },
      { happenings: every(30, 400) },
      { happenings: [order(0), order(5)] },
      { happenings: [{ day: 0, type: 'customer.signedUp' }], truth: { alive: false, lostAt: onDay(20) } },
    ]),
  );
  const at = (days: number) => shares.find((share) => share.days === days);

  test('are asked of who had ordered', () => {
    expect({ lost, kept }).toEqual({ lost: 1, kept: 2 });
  });

  test('stand or do not stand so many days after the loss, beside silence and false alarms', () => {
    expect(at(60)).toMatchObject({ lost: 1, warned: 0, silent: 0, falseAlarms: 0, silentFalseAlarms: 0 });
    // 100 days after her last order; the other one who stopped is at risk too, but not lost.
    expect(at(90)).toMatchObject({ lost: 1, warned: 1, silent: 1, falseAlarms: 0.5, silentFalseAlarms: 0.5 });
  });

  test('come late by the days that silence takes', () => {
    expect(medianLeadDays).toBeCloseTo(-80, 4);
  });
});
