import { simulate } from './customer';
import { DEFAULT_END } from './options';
import { TRUE_STAGES, trueStageAt } from './truth';

const company = [...simulate({ customers: 400, seed: 5 })];

test('true stages cover the life of a customer without gaps', () => {
  for (const { touchpoints, truth } of company) {
    const { stages } = truth;
    expect(stages[0].from).toBe(Math.min(...touchpoints.map(({ occurredAt }) => occurredAt)));
    expect(stages[stages.length - 1].to).toBe(DEFAULT_END + 1);
    stages.forEach(({ from, to, stage }, i) => {
      expect(to).toBeGreaterThan(from);
      if (i === 0) return;
      expect(from).toBe(stages[i - 1].to);
      expect(stage).not.toBe(stages[i - 1].stage);
    });
    expect(stages[0].stage).toBe('attract');
    expect(stages[stages.length - 1].stage).toBe(truth.stage);
  }
});

test('the stage at an instant is that of its interval, and none outside of the life', () => {
  const { truth } = company.find(({ truth: { stages } }) => stages.length > 2)!;
  const [first, second] = truth.stages;
  expect(trueStageAt(truth, first.from - 1)).toBeUndefined();
  expect(trueStageAt(truth, second.from - 1)).toBe(first.stage);
  expect(trueStageAt(truth, second.from)).toBe(second.stage);
  expect(trueStageAt(truth, DEFAULT_END)).toBe(truth.stage);
  expect(trueStageAt(truth, DEFAULT_END + 1)).toBeUndefined();
});

test('the truth knows the orders and complaints that were recorded, and no others', () => {
  for (const { touchpoints, truth } of company) {
    const of = (type: string) => touchpoints.filter((touchpoint) => touchpoint.type === type);
    expect(of('order.completed')).toHaveLength(truth.orders);
    expect(
      of('complaint.opened')
        .map(({ data }) => data.caseId)
        .sort(),
    ).toEqual(truth.complaints.map(({ caseId }) => caseId).sort());
    for (const opened of of('complaint.opened')) {
      const known = truth.complaints.find(({ caseId }) => caseId === opened.data.caseId)!;
      expect(opened.data.severity).toBe(known.severity);
      expect(opened.data.category).toBe(known.cause);
      expect(opened.occurredAt).toBe(known.openedAt);
    }
  }
});

test('a case that nobody took care of shows nothing done by the company', () => {
  let neglected = 0;
  for (const { touchpoints, truth } of company)
    for (const { caseId } of truth.complaints.filter(({ recovery }) => recovery === 'none')) {
      neglected++;
      const types = touchpoints.filter(({ data }) => data.caseId === caseId).map(({ type }) => type);
      expect(types.filter((type) => type !== 'complaint.opened' && type !== 'complaint.withdrawn')).toEqual([]);
    }
  expect(neglected).toBeGreaterThan(3);
});

test('the lost are on no step, and their loss is dated', () => {
  const lost = company.filter(({ truth }) => !truth.alive);
  expect(lost.length).toBeGreaterThan(20);
  for (const { truth } of lost) {
    expect(truth.stage).toBe('attract');
    expect(truth.lostAt).toBeLessThanOrEqual(DEFAULT_END);
  }
  for (const { truth } of company) if (truth.alive) expect(truth.lostAt).toBeUndefined();
});

test('the steps follow the depth of the relationship', () => {
  const bought = company.filter(({ truth }) => truth.alive && truth.orders > 2);
  const mean = (stage: string): number => {
    const depths = bought.filter(({ truth }) => truth.stage === stage).map(({ truth }) => truth.final.depth);
    return depths.reduce((sum, depth) => sum + depth, 0) / depths.length;
  };
  const means = TRUE_STAGES.slice(2).map(mean);
  expect([...means].sort((a, b) => a - b)).toEqual(means);
});
