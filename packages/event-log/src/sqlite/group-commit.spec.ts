import { right } from 'fp-ts/Either';
import type { AppendResult, Position } from '../event-log';
import type { PreparedRequest } from '../prepare-requests';
import { groupCommit } from './group-commit';

const request: PreparedRequest = { stream: 'customer-1', expected: 'any', events: [] };
const jobOf = (requests: number): readonly PreparedRequest[] => Array.from({ length: requests }, () => request);
const done: AppendResult = right({ position: '0' as Position, revision: 0, recorded: 1, duplicates: 0 });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const counting = () => {
  let commits = 0;
  const group = groupCommit(
    (requests) => {
      commits++;
      return requests.map(() => done);
    },
    () => undefined,
  );
  return { group, commits: () => commits };
};

/** Jobs that come every so many milliseconds, whatever becomes of those before. */
const arriving = async (jobs: number, requestsEach: number, everyMs: number): Promise<number> => {
  const { group, commits } = counting();
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < jobs; i++) {
    answers.push(group.submit(jobOf(requestsEach)));
    await jest.advanceTimersByTimeAsync(everyMs);
  }
  await jest.advanceTimersByTimeAsync(100);
  expect(await Promise.all(answers)).toHaveLength(jobs);
  return commits();
};

test('under load those who come shortly after one another share a commit', async () => {
  expect(await arriving(1_000, 50, 3)).toBeLessThan(600);
});

test('without load each is committed at once', async () => {
  expect(await arriving(1_000, 2, 3)).toBe(1_000);
});

test('a lone caller, however busy, waits for others with one group in sixteen at most', async () => {
  const { group, commits } = counting();
  const begun = performance.now();
  let answered = 0;
  const caller = (async () => {
    for (; answered < 800; answered++) await group.submit(jobOf(100));
  })();
  while (answered < 800) await jest.advanceTimersByTimeAsync(1);
  await caller;
  expect(commits()).toBe(800);
  expect(performance.now() - begun).toBeLessThan(800 + (800 / 16) * 10 + 20);
});

test('an error of the store is everybody’s who was in the group', async () => {
  const group = groupCommit(
    () => {
      throw new Error('full');
    },
    () => undefined,
  );
  const both = [group.submit(jobOf(1)), group.submit(jobOf(1))].map((one) =>
    one.catch((error: Error) => error.message),
  );
  await jest.advanceTimersByTimeAsync(1);
  expect(await Promise.all(both)).toEqual(['full', 'full']);
});
