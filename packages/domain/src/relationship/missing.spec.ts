import type { Ruleset, StateCondition } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { evaluate } from './evaluate';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { missingForNextStage } from './missing';
import { describeMissing } from './missing-text';
import { compileRuleset } from './program';

const NOW = Date.UTC(2026, 3, 1);

const rulesetWith = (enter: StateCondition): Ruleset => ({
  ruleset: 'missing',
  version: 1,
  factors: { satisfaction: { halfLife: 'P180D', label: { en: 'satisfaction', vi: 'sự thỏa mãn' } } },
  metrics: {
    orders: {
      count: 'order.completed',
      within: 'P90D',
      label: { en: 'orders within 90 days', vi: 'đơn hàng trong 90 ngày' },
    },
    active: { count: 'order.completed', halfLife: 'P90D', label: { en: 'activity' } },
    products: { distinct: 'data.items.sku', of: 'order.completed' },
    quiet: { daysSinceLast: 'message.received', label: { en: 'days since the last message' } },
    complaints: { openComplaints: true, label: { en: 'open complaints' } },
  },
  evidence: [{ id: 'bought', on: 'order.completed', gives: { satisfaction: 0.3 } }],
  stages: [{ id: 'first' }, { id: 'next', enter }],
});

const order = (id: string, daysAgo: number): FoldedTouchpoint => ({
  id,
  source: 'shop',
  type: 'order.completed',
  occurredAt: NOW - daysAgo * DAY,
  recordedAt: NOW - daysAgo * DAY,
  data: {},
});

const wordsFor = (enter: StateCondition, language = 'en'): string | null => {
  const ruleset = rulesetWith(enter);
  const missing = missingForNextStage(
    evaluate(compileRuleset(ruleset), [order('1', 100), order('2', 10)], { asOf: NOW }),
  )?.missing;
  return missing == null ? null : describeMissing(ruleset, missing, language);
};

describe('what is missing for the next stage', () => {
  it('names whole touchpoints where a metric counts them, and values otherwise', () => {
    expect(
      wordsFor({
        any: [
          { metric: 'orders', atLeast: 3 },
          { factor: 'satisfaction', atLeast: 60 },
        ],
      }),
    ).toBe('2 more orders within 90 days, or satisfaction from 55 to 60');
    expect(wordsFor({ metric: 'orders', above: 1 })).toBe('1 more orders within 90 days');
    expect(wordsFor({ metric: 'active', atLeast: 2.5 })).toBe('activity from 1.4 to 2.5');
    expect(wordsFor({ metric: 'products', atLeast: 3 })).toBe('3 more products');
  });

  it('leaves out what holds already, and keeps how the rest hangs together', () => {
    expect(
      wordsFor({
        all: [
          { metric: 'orders', atLeast: 1 },
          { any: [{ metric: 'orders', atLeast: 2 }, { consent: 'marketing' }] },
          { factor: 'satisfaction', atLeast: 70 },
        ],
      }),
    ).toBe('(1 more orders within 90 days, or consent for marketing) and satisfaction from 55 to 70');
  });

  it('is named once, by the threshold that is needed', () => {
    const satisfaction = (atLeast: number): StateCondition => ({ factor: 'satisfaction', atLeast });
    const orders: StateCondition = { metric: 'orders', atLeast: 3 };
    expect(wordsFor({ all: [satisfaction(60), orders, satisfaction(70)] })).toBe(
      '2 more orders within 90 days and satisfaction from 55 to 70',
    );
    expect(wordsFor({ any: [satisfaction(70), satisfaction(60), { all: [orders, satisfaction(60)] }] })).toBe(
      'satisfaction from 55 to 60',
    );
    expect(wordsFor({ all: [{ any: [satisfaction(60), orders] }, satisfaction(60)] })).toBe(
      'satisfaction from 55 to 60',
    );
  });

  it('names thresholds as they are, and values on their side of them', () => {
    expect(wordsFor({ factor: 'satisfaction', atLeast: 55.49 })).toBe('satisfaction from 55 to 55.49');
    expect(wordsFor({ factor: 'satisfaction', below: 55.1 })).toBe('satisfaction from 55.5 down to below 55.1');
    expect(wordsFor({ metric: 'active', atLeast: 1.389 })).toBe('activity from 1.3888 to 1.389');
    expect(wordsFor({ confidence: 'satisfaction', atLeast: 0.125 })).toBe('satisfaction from 11 to 12.5');
  });

  it('turns what must not hold around', () => {
    expect(wordsFor({ not: { metric: 'orders', atLeast: 1 } })).toBe('orders within 90 days from 1 down to below 1');
    expect(wordsFor({ not: { any: [{ metric: 'orders', atLeast: 1 }, { stage: 'first' }] } })).toBe(
      'orders within 90 days from 1 down to below 1 and a stage other than first',
    );
    expect(wordsFor({ metric: 'quiet', atMost: 3 })).toBe('days since the last message from never down to 3');
  });

  it('is said in English, with labels in the language asked for where there are some', () => {
    expect(wordsFor({ metric: 'orders', atLeast: 3 }, 'de')).toBe('2 more orders within 90 days');
    expect(wordsFor({ metric: 'orders', atLeast: 3 }, 'vi-VN')).toBe('thêm 2 đơn hàng trong 90 ngày');
  });

  it('is said in Vietnamese, with labels in English where there are no others', () => {
    expect(
      wordsFor(
        {
          all: [
            { metric: 'orders', atLeast: 3 },
            { metric: 'active', above: 2 },
          ],
        },
        'vi',
      ),
    ).toBe('thêm 2 đơn hàng trong 90 ngày và activity tăng từ 1.4 lên trên 2');
  });

  it('is nothing on the last stage', () => {
    const ruleset = rulesetWith({ metric: 'orders', atLeast: 1 });
    const evaluation = evaluate(compileRuleset(ruleset), [order('1', 1)], { asOf: NOW });
    expect(evaluation.fold.stageId).toBe('next');
    expect(missingForNextStage(evaluation)).toBeNull();
  });
});
