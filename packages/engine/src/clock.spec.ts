import { systemClock } from './clock';

const DAY = 86_400_000;
const START = Date.parse('2026-03-01T12:00:00Z');

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Whether the wait for an instant is over. */
const waiting = (instant: number, signal = new AbortController().signal) => {
  const state = { over: false };
  void systemClock.until(instant, signal).then(() => {
    state.over = true;
  });
  return state;
};

test('an instant is waited for to the millisecond, however far ahead it lies', async () => {
  const wait = waiting(START + 40 * DAY + 7);
  await jest.advanceTimersByTimeAsync(40 * DAY + 6);
  expect(wait.over).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(wait.over).toBe(true);
});

test('a clock that steps forward, as that of a machine that slept does, is noticed within a minute', async () => {
  const wait = waiting(START + 95 * DAY);
  await jest.advanceTimersByTimeAsync(3_600_000);
  // The clock goes on, and no timer knows of it.
  jest.setSystemTime(START + 96 * DAY);
  expect(wait.over).toBe(false);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(wait.over).toBe(true);
});

test('a clock that steps back makes nothing due too early', async () => {
  const wait = waiting(START + 90_000);
  jest.setSystemTime(START - DAY);
  await jest.advanceTimersByTimeAsync(120_000);
  expect(wait.over).toBe(false);
  jest.setSystemTime(START + 90_000);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(wait.over).toBe(true);
});

test('an instant that has passed, and a wait that is called off, end at once and leave no timer', async () => {
  const calling = new AbortController();
  const [past, off] = [waiting(START - 1), waiting(START + DAY, calling.signal)];
  calling.abort();
  await jest.advanceTimersByTimeAsync(0);
  expect([past.over, off.over]).toEqual([true, true]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a clock that is corrected by a little stands still for as long, and one that was wrong is believed', () => {
  expect(systemClock.now()).toBe(START);
  jest.setSystemTime(START - 60_000);
  expect(systemClock.now()).toBe(START);
  jest.setSystemTime(START + 1);
  expect(systemClock.now()).toBe(START + 1);
  jest.setSystemTime(START - 60_000);
  expect(systemClock.now()).toBe(START - 60_000);
});
