import { DEFAULT_WEBHOOK_OPTIONS } from '../options';
import { afterFailure, type Failure } from './after-failure';

const DAY = 86_400_000;
const HOUR = 3_600_000;

const after = (failure: Partial<Failure>, random = 1) =>
  afterFailure(
    { now: 0, status: 500, tries: 1, deliveryFailingSince: 0, endpointFailingSince: 0, ...failure },
    DEFAULT_WEBHOOK_OPTIONS,
    random,
  );

test('a delivery that fails is tried again after its step of the schedule', () => {
  expect(after({})).toEqual({ kind: 'retry', at: 1_000 });
  expect(after({ now: 5_000, tries: 3 }, 0.5)).toEqual({ kind: 'retry', at: 7_000 });
});

test('an endpoint is left alone for as long as it asks, where that is longer', () => {
  expect(after({ asked: 600_000 })).toEqual({ kind: 'retry', at: 600_000 });
  expect(after({ asked: 1 })).toEqual({ kind: 'retry', at: 1_000 });
});

test('the last attempt is made exactly at the end of the span; when that fails, the delivery is a dead letter', () => {
  const endpointFailingSince = 2 * DAY;
  expect(after({ now: 3 * DAY - HOUR / 2, tries: 80, endpointFailingSince })).toEqual({ kind: 'retry', at: 3 * DAY });
  expect(after({ now: 3 * DAY, tries: 81, endpointFailingSince })).toEqual({ kind: 'dead-letter' });
});

test('three days without a success disable the subscription, before anything becomes a dead letter', () => {
  expect(after({ now: 3 * DAY - 1 })).toMatchObject({ kind: 'retry' });
  expect(after({ now: 3 * DAY })).toEqual({ kind: 'disable' });
});

test('410 Gone disables the subscription at once', () => {
  expect(after({ status: 410 })).toEqual({ kind: 'disable' });
});
