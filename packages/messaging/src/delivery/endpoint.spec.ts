import { DEFAULT_WEBHOOK_OPTIONS } from '../options';
import { createEndpoint } from './endpoint';

const { retries } = DEFAULT_WEBHOOK_OPTIONS;
const endpoint = () => createEndpoint({ concurrency: 4, retries, random: () => 1 });

test('one customer whose deliveries fail again and again does not make an endpoint count as down', () => {
  const one = endpoint();
  for (let n = 0; n < 100; n++) one.failed('c1', n, undefined);
  expect(one.limit).toBe(4);
  expect(one.quietUntil).toBeLessThan(100);
});

test('after as many customers as go at a time it is tried by one delivery at a time, within a minute', () => {
  const one = endpoint();
  for (const customer of ['c1', 'c2', 'c3']) one.failed(customer, 0, undefined);
  expect(one.limit).toBe(4);
  one.failed('c4', 0, undefined);
  expect(one.limit).toBe(1);
  const quiet = [one.quietUntil];
  one.failed('c6', 500, undefined);
  expect(one.quietUntil).toBe(1_000);
  for (let n = 0; n < 8; n++) {
    const now = one.quietUntil;
    one.failed('c5', now, undefined);
    quiet.push(one.quietUntil - now);
  }
  expect(quiet).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('how long it is left alone is up to chance, so that endpoints of one host are not all tried at once', () => {
  const chances = [0.25, 0.75];
  const one = createEndpoint({ concurrency: 1, retries, random: () => chances.shift() ?? 1 });
  one.failed('c1', 0, undefined);
  expect(one.quietUntil).toBe(250);
  one.failed('c1', 250, undefined);
  expect(one.quietUntil).toBe(250 + 1_500);
});

test('one success ends it', () => {
  const one = endpoint();
  expect(one.succeeded()).toBe(false);
  for (const customer of ['c1', 'c2', 'c3', 'c4']) one.failed(customer, 0, undefined);
  expect(one.succeeded()).toBe(true);
  expect([one.limit, one.quietUntil]).toEqual([4, 0]);
});

test('it is left alone for as long as it asks', () => {
  const one = endpoint();
  one.failed('c1', 5, 7_000);
  one.failed('c2', 6, 1_000);
  expect([one.limit, one.quietUntil]).toEqual([4, 7_005]);
});
