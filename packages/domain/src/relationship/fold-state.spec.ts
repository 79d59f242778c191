import { createHash } from 'node:crypto';
import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { Fold } from './fold';
import { saveFold } from './fold-state';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { compileRuleset } from './program';

const START = Date.UTC(2026, 0, 1);

/** One of each that a state keeps. All that halves does so at whole half-lives, which no library of functions rounds. */
const ruleset: Ruleset = {
  ruleset: 'states',
  version: 1,
  factors: { trust: { halfLife: 'P10D' } },
  metrics: {
    count: { count: '*' },
    sum: { sum: 'data.total', of: '*' },
    wide: { sum: 'data.wide', of: '*' },
    windowCount: { count: '*', within: 'P5D' },
    windowSum: { sum: 'data.total', of: '*', within: 'P5D' },
    decayingCount: { count: '*', halfLife: 'P5D' },
    decayingSum: { sum: 'data.total', of: '*', halfLife: 'P5D' },
    distinct: { distinct: 'data.total', of: '*' },
    distinctLately: { distinct: 'data.total', of: '*', within: 'P5D' },
    last: { daysSinceLast: '*' },
    first: { daysSinceFirst: '*' },
  },
  evidence: [{ id: 'any', on: '*', gives: { trust: 1 }, atMost: { times: 2, within: 'P9D' } }],
  promises: [{ id: 'answer', made: 'complaint.opened', key: 'data.caseId', within: 'P30D', kept: 'message.sent' }],
  stages: [{ id: 'one' }],
  signals: [{ id: 'some', raise: { metric: 'count', atLeast: 2 } }],
};

const touchpoint = (id: string, day: number, type: string, data: FoldedTouchpoint['data']): FoldedTouchpoint => ({
  id,
  source: 'test',
  type,
  occurredAt: START + day * DAY,
  recordedAt: START + day * DAY,
  data,
});

// This test fails when states are written otherwise than before. Then a read model of before must not be continued:
// raise MODEL_VERSION, and write the new digest here.
it('a state is written as this version of the model writes it', () => {
  const fold = new Fold(compileRuleset(ruleset));
  fold.apply([
    touchpoint('1', 0, 'complaint.opened', { caseId: 'k', loss: 10, total: 33.33, wide: 1e300 }),
    touchpoint('2', 10, 'compensation.accepted', { caseId: 'k', amount: 0.1, total: 49.9, wide: 1e-300 }),
    touchpoint('3', 20, 'consent.granted', { purpose: 'marketing', total: 16.77 }),
  ]);
  expect(createHash('sha256').update(saveFold(fold)).digest('hex').slice(0, 16)).toBe('71ae8c1863f45d15');
});
