import { RETAIL, type Ruleset } from '@rapport/domain';
import { published } from '@rapport/engine';
import { unknownNames } from './known-names';

const OLDER: Ruleset = {
  ...RETAIL,
  version: 1,
  stages: [...RETAIL.stages, { ...RETAIL.stages[0], id: 'partner' }],
  signals: [],
};

const among = (...all: readonly Ruleset[]) => ({
  rules: () => ({ ruleset: all[0] }) as never,
  rulesetHistory: { publications: async () => all.map(published) } as never,
});

test('what a ruleset in force or an older one names is known', async () => {
  expect(await unknownNames({}, among(RETAIL))).toEqual([]);
  expect(await unknownNames({ stages: ['loyal'], signals: ['at-risk'] }, among(RETAIL))).toEqual([]);
  expect(await unknownNames({ stages: ['partner'] }, among(RETAIL, OLDER))).toEqual([]);
});

test('what none names is told, with what there is', async () => {
  expect(await unknownNames({ stages: ['loyal', 'partner'], signals: ['x'] }, among(RETAIL))).toEqual([
    {
      filter: 'stages',
      message: expect.stringMatching(/^There is no stage "partner"; there are attract, .*, loyal\.$/),
    },
    { filter: 'signals', message: expect.stringMatching(/^There is no signal "x"; there are .*at-risk/) },
  ]);
  expect(await unknownNames({ signals: ['x'] }, among(OLDER))).toEqual([
    { filter: 'signals', message: 'There is no signal "x"; there are none.' },
  ]);
});
