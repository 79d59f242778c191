import { eventually } from '@rapport/runtime/testing';
import { right } from 'fp-ts/Either';
import type { AppendResult, Position } from '../event-log';
import type { PreparedRequest } from '../prepare-requests';
import { groupCommit } from './group-commit';

const requestsFor = (stream: string, count: number): readonly PreparedRequest[] =>
  Array.from({ length: count }, () => ({ stream, expected: 'any', events: [] }));
const done = ({ stream }: PreparedRequest): AppendResult =>
  right({ position: stream as Position, revision: 0, recorded: 1, duplicates: 0 });
const streamsOf = (results: readonly AppendResult[]): unknown =>
  results.map((result) => 'right' in result && result.right.position);

/** Commits that end when told to. */
const slow = () => {
  const groups: (readonly PreparedRequest[])[] = [];
  const ends: (() => void)[] = [];
  const group = groupCommit((requests) => {
    groups.push(requests);
    return new Promise((resolve) => ends.push(() => resolve(requests.map(done))));
  });
  const begun = async (count: number): Promise<void> => {
    await eventually(() => groups.length >= count);
  };
  return { group, groups, ends, begun };
};

test('who comes while a group is committed shares the next, and each gets its own results', async () => {
  const { group, groups, ends, begun } = slow();
  const first = group.submit(requestsFor('a', 1));
  await begun(1);
  const others = [group.submit(requestsFor('b', 2)), group.submit(requestsFor('c', 1))];
  ends[0]();
  expect(streamsOf(await first)).toEqual(['a']);
  await begun(2);
  ends[1]();
  expect((await Promise.all(others)).map(streamsOf)).toEqual([['b', 'b'], ['c']]);
  expect(groups.map(({ length }) => length)).toEqual([1, 3]);
});

test('a group has no more than 5,000 requests, but for a call that has more', async () => {
  const sizes: number[] = [];
  const group = groupCommit(async (requests) => {
    sizes.push(requests.length);
    return requests.map(done);
  });
  const calls = [3_000, 2_000, 1, 7_000, 10].map((count) => group.submit(requestsFor('a', count)));
  expect((await Promise.all(calls)).map(({ length }) => length)).toEqual([3_000, 2_000, 1, 7_000, 10]);
  expect(sizes).toEqual([5_000, 1, 7_000, 10]);
});

test('an error of the store is everybody’s who was in the group, and nobody else’s', async () => {
  let full = true;
  const group = groupCommit(async (requests) => {
    if (full) throw new Error('full');
    return requests.map(done);
  });
  const both = [group.submit(requestsFor('a', 1)), group.submit(requestsFor('b', 1))].map((one) =>
    one.catch((error: Error) => error.message),
  );
  expect(await Promise.all(both)).toEqual(['full', 'full']);
  full = false;
  expect(streamsOf(await group.submit(requestsFor('c', 1)))).toEqual(['c']);
});

test('it is drained when everything submitted is settled, and at once when nothing is', async () => {
  const { group, ends, begun } = slow();
  await group.drained();
  let drained = false;
  const one = group.submit(requestsFor('a', 1));
  const empty = group.drained().then(() => {
    drained = true;
  });
  await begun(1);
  expect(drained).toBe(false);
  ends[0]();
  await empty;
  await one;
});
