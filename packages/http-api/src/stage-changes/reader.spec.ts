import { EventEmitter } from 'node:events';
import type { Announcement, ChangeFeed } from '@rapport/engine';
import { type TestClock, testClock } from '@rapport/engine/testing';
import type { Position } from '@rapport/event-log';
import { type Sink, type StreamEnd, serveReader } from './reader';

const CHANGES = 1_000;
const EVENT = { type: 'relationship.stageChanged.v1', data: 'x'.repeat(1_000) };
const position = (n: number): Position => n.toString(16).padStart(14, '0') as Position;

/** All changes at once, and nothing more until the reader is gone. */
const feed: Pick<ChangeFeed, 'follow'> = {
  follow: async function* ({ signal }) {
    const changes = Array.from({ length: CHANGES }, (_, i) => ({ cursor: position(i + 1), event: EVENT }));
    yield { changes: changes as unknown as readonly Announcement[], cursor: position(CHANGES) };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
};

/** A connection that takes what it is told to, and keeps the rest as Node does. */
const connection = () => {
  const events = new EventEmitter();
  let [waiting, taken] = [0, 0];
  const sink: Sink = {
    write: (chunk) => {
      waiting += chunk.length;
      return waiting === 0;
    },
    end: () => void events.emit('close'),
    destroy: () => void events.emit('close'),
    once: (event, listener) => events.once(event, listener),
    off: (event, listener) => events.off(event, listener),
    get writableNeedDrain() {
      return waiting > 0;
    },
    destroyed: false,
  };
  const take = async (bytes: number): Promise<void> => {
    for (let left = bytes; left > 0 && waiting > 0; ) {
      const some = Math.min(left, waiting);
      [left, waiting, taken] = [left - some, waiting - some, taken + some];
      if (waiting === 0) events.emit('drain');
      // What is written next comes after the reader was woken.
      await new Promise(setImmediate);
    }
  };
  return { sink, take, taken: () => taken, leave: () => events.emit('close') };
};

const read = (sink: Sink, clock: TestClock): Promise<StreamEnd> =>
  serveReader(sink, {
    feed: feed as ChangeFeed,
    clock,
    filter: {},
    after: undefined,
    cursor: 'start',
    heartbeatMilliseconds: 1e9,
    pieceBytes: 1_048_576,
    patienceMilliseconds: 30_000,
    stopping: new AbortController().signal,
    mayGoOn: async () => true,
    sent: () => undefined,
    failed: () => undefined,
    turn: () => undefined,
  });

test('a reader that takes little at a time is not taken for one that takes nothing, whatever waits for it', async () => {
  const clock = testClock();
  const { sink, take, taken, leave } = connection();
  const ended = read(sink, clock);
  const end = jest.fn();
  void ended.then(end);
  await new Promise(setImmediate);
  while (taken() < CHANGES * 1_000) {
    clock.pass(20_000);
    await take(70_000);
    expect(end).not.toHaveBeenCalled();
  }
  leave();
  expect(await ended).toBe('closed');
});

test('one that takes nothing for so long is disconnected, however much it took before', async () => {
  const clock = testClock();
  const { sink, take } = connection();
  const ended = read(sink, clock);
  await new Promise(setImmediate);
  await take(500_000);
  clock.pass(30_000);
  expect(await ended).toBe('slow');
});
