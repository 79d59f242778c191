import { testClock } from '@rapport/engine/testing';
import { Alarm } from './alarm';

const ringing = () => {
  const clock = testClock();
  const rings: number[] = [];
  const alarm = new Alarm(clock, () => rings.push(clock.now()));
  const passTo = async (instant: number): Promise<void> => {
    clock.set(instant);
    await new Promise(setImmediate);
  };
  return { clock, alarm, rings, passTo };
};

test('rings once, when its instant has come', async () => {
  const { alarm, rings, passTo } = ringing();
  alarm.set(10);
  await passTo(9);
  expect(rings).toEqual([]);
  await passTo(11);
  await passTo(20);
  expect(rings).toEqual([11]);
});

test('keeps the last instant it was set to, be it earlier or later than the one before', async () => {
  const { alarm, rings, passTo } = ringing();
  alarm.set(10);
  alarm.set(30);
  alarm.set(20);
  for (const instant of [10, 20, 30]) await passTo(instant);
  expect(rings).toEqual([20]);
});

test('waits for one instant at a time, however often it is set', () => {
  const { clock, alarm } = ringing();
  for (const instant of [10, 10, 5, 10, 10]) alarm.set(instant);
  expect(clock.awaited()).toEqual([10]);
});

test.each<[string, (alarm: Alarm) => void]>([
  ['is cancelled', (alarm) => alarm.cancel()],
  ['is set to no instant', (alarm) => alarm.set(Number.POSITIVE_INFINITY)],
])('does not ring after it %s', async (_, cancel) => {
  const { clock, alarm, rings, passTo } = ringing();
  alarm.set(10);
  cancel(alarm);
  expect(clock.awaited()).toEqual([]);
  await passTo(10);
  expect(rings).toEqual([]);
});
