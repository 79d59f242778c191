import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { right } from 'fp-ts/Either';
import type { AppendResult } from '../event-log';
import { encodePosition } from '../position';
import type { PreparedRequest } from '../prepare-requests';
import { anEvent } from '../testing/event-log-contract';
import { type Appending, appendServer, appendsTo } from './append-port';

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
  const ports: MessagePort[] = [];
  const caller = (name: string): Appending => {
    const { port1, port2 } = new MessageChannel();
    server.serve(port1, () => ended.push(name));
    ports.push(port2);
    return appendsTo(port2);
  };
  const callers = [caller('first'), caller('second')];
  const fail = (error: Error): void => {
    problem = error;
  };
  return { server, callers, ports, commits, ended, fail };
};

const request = (stream: string) => ({ stream, expected: 'any', events: [anEvent(stream)] }) as const;
const positionsOf = (results: readonly AppendResult[]): unknown =>
  results.map((result) => 'right' in result && result.right.position);

test('what comes by several ports at a time is one commit, and each gets its own results', async () => {
  const { callers, ports, commits } = twoCallers();
  const [first, second] = await Promise.all([
    callers[0].appendMany([request('a'), request('b')]),
    callers[1].appendMany([request('c')]),
  ]);
  expect(commits).toEqual([['a', 'b', 'c']]);
  expect(positionsOf(first)).toEqual([1, 2].map(encodePosition));
  expect(positionsOf(second)).toEqual([encodePosition(3)]);
  for (const port of ports) port.close();
});

test('a commit that fails is the error of all whose requests were in it', async () => {
  const { callers, ports, fail } = twoCallers();
  fail(new Error('the disk is full'));
  const asked = callers.map(({ appendMany }, i) => appendMany([request(`s-${i}`)]));
  for (const one of asked) await expect(one).rejects.toThrow('the disk is full');
  for (const port of ports) port.close();
});

test('what was sent through a port is committed before that port is said to have ended', async () => {
  const { callers, ports, commits, ended } = twoCallers();
  const asked = callers[0].appendMany([request('a')]);
  asked.catch(() => undefined);
  // As when its thread dies with the message under way.
  while (commits.length === 0 && ended.length === 0) {
    await new Promise(setImmediate);
    ports[0].close();
  }
  while (ended.length === 0) await new Promise(setImmediate);
  expect([commits, ended]).toEqual([[['a']], ['first']]);
  ports[1].close();
});

test('what waits is committed at once when the log is about to be closed', async () => {
  const { server, callers, ports, commits } = twoCallers();
  const asked = callers[0].appendMany([request('a')]);
  while (commits.length === 0) {
    await new Promise(setImmediate);
    server.flush();
  }
  expect(positionsOf(await asked)).toEqual([encodePosition(1)]);
  for (const port of ports) port.close();
});
