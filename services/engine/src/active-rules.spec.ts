import { RETAIL, rulesetHash } from '@rapport/domain';
import { ActiveRules } from './active-rules';

const other = { ...RETAIL, version: 2 };
const inForce = { ruleset: RETAIL, hash: rulesetHash(RETAIL) };
const next = { ruleset: other, hash: rulesetHash(other) };

/** A read model that cannot be opened again, as often as the test says. */
const failing = (times: number) => {
  const opened: number[] = [];
  const reopen = async ({ ruleset }: { ruleset: { version: number } }) => {
    if (times-- > 0) throw new Error('too many open files');
    opened.push(ruleset.version);
  };
  return { opened, reopen };
};

test('the read model is opened again where rules change, and only there', async () => {
  const readModel = failing(0);
  const rules = new ActiveRules(inForce, readModel);
  await rules.changeTo(inForce);
  await rules.changeTo(next);
  await rules.changeTo(next);
  expect(readModel.opened).toEqual([2]);
  expect(rules.current()).toMatchObject(next);
});

test.each(['changeTo', 'readModelRebuilt'] as const)(
  'where that fails in %s, it is done at the next start',
  async (how) => {
    const readModel = failing(1);
    const rules = new ActiveRules(inForce, readModel);
    await expect(rules[how](next)).rejects.toThrow('too many open files');
    await rules.changeTo(rules.current());
    await rules.changeTo(rules.current());
    expect(readModel.opened).toEqual([how === 'changeTo' ? 2 : 1]);
  },
);
