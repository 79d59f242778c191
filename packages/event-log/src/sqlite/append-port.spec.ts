import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { eventually } from '@rapport/runtime/testing';
import { right } from 'fp-ts/Either';
import type { AppendResult } from '../event-log';
import type { PreparedRequest } from '../prepare-requests';
import { anEvent } from '../testing/event-log-contract';
import { type Appending, appendServer, appendsTo } from './append-port';
import { encodePosition } from './position';

const opened: MessagePort[] = [];
// Also where a test failed: an open port keeps the process.
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

/** A server with two callers, over a writer that numbers requests and keeps what was committed together. */
const twoCallers = () => {
  const commits: (readonly string[])[] = [];
  let last = 0;
  let problem: Error | undefined;
  const server = appendServer({
    get last() {
      return last;
    },
    commit: (requests: readonly PreparedRequest[]): readonly AppendResult[] => {
      if (problem !== undefined) throw problem;
      commits.push(requests.map(({ stream }) => stream));
      return requests.map(() => right({ position: encodePosition(++last), revision: 0, recorded: 1, duplicates: 0 }));
    },
  });
  const ended: string[] = [];
  const served: MessagePort[] = [];
  const caller = (name: string): Appending => {
    const { port1, port2 } = new MessageChannel();
    server.serve(port1, () => ended.push(`${name}, after ${commits.length} commits`));
    served.push(port1);
    opened.push(port1);
    return appendsTo(port2);
  };
  const callers = [caller('first'), caller('second')];
  const fail = (error: Error): void => {
    problem = error;
  };
  return { server, callers, served, commits, ended, fail };
};

const request = (stream: string) => ({ stream, expected: 'any', events: [anEvent(stream)] }) as const;
const positionsOf = (results: readonly AppendResult[]): unknown =>
  results.map((result) => 'right' in result && result.right.position);

test('what comes by several ports at a time is one commit, and each gets its own results', async () => {
  const { callers, commits } = twoCallers();
  const [first, second] = await Promise.all([
    callers[0].appendMany([request('a'), request('b')]),
    callers[1].appendMany([request('c')]),
  ]);
  expect(commits).toEqual([['a', 'b', 'c']]);
  expect(positionsOf(first)).toEqual([1, 2].map(encodePosition));
  expect(positionsOf(second)).toEqual([encodePosition(3)]);
});

test('a commit that fails is the error of all whose requests were in it', async () => {
  const { callers, fail } = twoCallers();
  fail(new Error('the disk is full'));
  const asked = callers.map(({ appendMany }, i) => appendMany([request(`s-${i}`)]));
  for (const one of asked) await expect(one).rejects.toThrow('the disk is full');
});

test('what was sent through a port is committed before that port is said to have ended', async () => {
  const { callers, served, ended } = twoCallers();
  // As when its thread dies with the message under way: the port closes before there was time to commit.
  served[0].on('message', () => served[0].emit('close', new Event('close')));
  await callers[0].appendMany([request('a')]);
  expect(ended).toEqual(['first, after 1 commits']);
});

test('closing commits and answers what waits, and closes the ports', async () => {
  const { server, served, callers, commits, ended } = twoCallers();
  // The first thing after the server has heard of it.
  served[0].on('message', () => {
    server.close();
    expect(commits).toEqual([['a']]);
  });
  expect(positionsOf(await callers[0].appendMany([request('a')]))).toEqual([encodePosition(1)]);
  await eventually(() => ended.length >= 2);
  await expect(callers[1].appendMany([request('b')])).rejects.toThrow(/closed/);
});
