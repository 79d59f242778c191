import type { RealReport } from './real/real-report';
import { requirementsOnReal, requirementsOnSimulated } from './requirements';
import type { SimulatedReport } from './simulated/simulated-report';
import type { Estimate } from './statistics/bootstrap';

const value = (one: number): Estimate => ({ value: one, low: one, high: one });

const real = (stage: number, rfm: number, rising: boolean, ratio: number) =>
  requirementsOnReal({
    prediction: { auc: { stage: value(stage), rfm: value(rfm) }, rising, stages: [] },
    candidates: { ratio: value(ratio) },
  } as unknown as RealReport).map(({ met }) => met);

test('the stage may rank later buyers worse than RFM by a hundredth at most', () => {
  expect(real(0.7401, 0.75, true, 2)).toEqual([true, true, true]);
  expect(real(0.7399, 0.75, true, 2)).toEqual([false, true, true]);
});

test('rates must rise, and candidates must hit a fifth more often than popularity', () => {
  expect(real(0.8, 0.7, false, 1.2)).toEqual([true, false, true]);
  expect(real(0.8, 0.7, true, 1.19)).toEqual([true, true, false]);
  expect(real(0.8, 0.7, true, Number.NaN)).toEqual([true, true, false]);
});

test('good recoveries must leave more satisfaction than poor ones', () => {
  const simulated = (good: number, poor: number) =>
    requirementsOnSimulated({
      recovery: { byQuality: { good: { change: value(good) }, poor: { change: value(poor) } } },
    } as unknown as SimulatedReport).map(({ met }) => met);
  expect(simulated(-1, -2)).toEqual([true]);
  expect(simulated(-2, -2)).toEqual([false]);
});
