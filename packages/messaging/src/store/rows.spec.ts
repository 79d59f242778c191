import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChangeFeed } from '@rapport/engine';
import { memoryEventLog, type Position } from '@rapport/event-log';
import { openStore, type Store, StoreError } from '@rapport/sqlite';
import { openWebhooks } from '../open-webhooks';
import { createDeliveryStore, type DeliveryStore } from './delivery-store';
import { SUBSCRIPTIONS_FILE } from './schema';
import { createSubscriptionStore, type StoredSubscription, type SubscriptionStore } from './subscription-store';

const parsePosition = (text: string) => (/^[0-9a-f]{14}$/.test(text) ? (text as Position) : undefined);
const CURSOR = '000000000000ab' as Position;
const WHOLE: Omit<StoredSubscription, 'number'> = {
  id: 'sub_1',
  url: 'https://shop.example/',
  description: 'CRM',
  filter: {
    kinds: ['stageChanged', 'signalRaised'],
    stages: ['loyal'],
    directions: ['up'],
    signals: ['at-risk'],
    causes: ['merge'],
  },
  status: 'disabled',
  reason: 'gone',
  createdAt: 5,
  secret: 'whsec_AAAA',
  oldSecret: 'whsec_BBBB',
  oldSecretUntil: 6,
  progress: { cursor: CURSOR },
};

let folder: string;
let path: string;
let store: Store;
let subscriptions: SubscriptionStore;
let deliveries: DeliveryStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-rows-'));
  path = join(folder, 'subscriptions.sqlite');
  store = openStore(path, { ...SUBSCRIPTIONS_FILE, mode: 'write', synchronous: 'off' });
  subscriptions = createSubscriptionStore(store, parsePosition);
  deliveries = createDeliveryStore(store, parsePosition);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const damage = (table: string, column: string, value: unknown): void =>
  void store.db.prepare(`UPDATE ${table} SET ${column} = ?`).run(value);

const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('a subscription is read as it was written, with everything and with nothing optional', () => {
  const whole = subscriptions.add(WHOLE);
  const bare = subscriptions.add({
    id: 'sub_2',
    url: 'https://shop.example/',
    filter: {},
    status: 'active',
    createdAt: 5,
    secret: 'whsec_AAAA',
    progress: { cursor: undefined },
  });
  expect(subscriptions.all()).toEqual([whole, bare]);
});

test('a delivery is read as it was written', () => {
  const { number } = subscriptions.add(WHOLE);
  const delivery = {
    id: 'change-1',
    customer: 'c1',
    type: 'relationship.stageChanged.v1',
    cursor: CURSOR,
    status: 'waiting',
    stored: true,
    tries: 2,
    failingSince: 7,
    nextAttemptAt: 9,
    attempts: [
      { at: 7, milliseconds: 1, error: 'the connection was refused' },
      { at: 8, milliseconds: 2, status: 500, error: 'the endpoint answered 500' },
    ],
  } as const;
  deliveries.put(number, delivery);
  expect(deliveries.waiting(number, undefined, 10)).toEqual([delivery]);
  expect(deliveries.known(number, undefined)).toEqual([CURSOR]);
});

test.each([
  ['filter', '{"stages":', 'filter is "{\\"stages\\":", not JSON of '],
  ['filter', '{"stages":[5]}', 'filter.stages.0 is 5, not string'],
  ['filter', '{"kinds":["stagechanged"]}', 'filter.kinds.0 is "stagechanged", not one of stageChanged, signalRaised'],
  ['filter', '[]', 'filter is []'],
  ['status', 'asleep', 'status is "asleep", not one of active, paused, disabled'],
  ['cursor', 'zzz', 'cursor is "zzz", not a cursor'],
])('a subscription whose %s is %s is named, with what is wrong and what to do', (column, value, problem) => {
  subscriptions.add(WHOLE);
  damage('subscriptions', column, value);
  const error = errorOf(() => subscriptions.all());
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ kind: 'damaged', path });
  const { message } = error as StoreError;
  expect(message).toContain(`The row of subscription sub_1 in ${path} cannot be read: ${problem}`);
  expect(message).toContain('Restore the file from a backup');
});

test.each([
  ['attempts', '[{"at":1}]', 'attempts.0.milliseconds is missing, not number'],
  ['attempts', '{}', 'attempts is {}'],
  ['status', 'lost', 'status is "lost", not one of waiting, delivered, dead'],
])('a delivery whose %s is %s is named with its subscription', (column, value, problem) => {
  const { number } = subscriptions.add(WHOLE);
  deliveries.put(number, {
    id: 'change-1',
    customer: 'c1',
    type: 'relationship.stageChanged.v1',
    cursor: CURSOR,
    status: 'waiting',
    stored: true,
    tries: 0,
    attempts: [],
  });
  damage('deliveries', column, value);
  const error = errorOf(() => deliveries.query(number, { limit: 1 }));
  expect(error).toMatchObject({ kind: 'damaged', path });
  expect((error as Error).message).toContain(
    `The row of delivery change-1 of subscription sub_1 in ${path} cannot be read: ${problem}`,
  );
});

test('a file with a row that cannot be read is let go of, so that it can be repaired', async () => {
  subscriptions.add(WHOLE);
  damage('subscriptions', 'filter', '{');
  const feed = createChangeFeed({ ...memoryEventLog(), parsePosition });
  await expect(openWebhooks({ path, feed })).rejects.toThrow('subscription sub_1');
  damage('subscriptions', 'filter', '{}');
  const webhooks = await openWebhooks({ path, feed });
  expect(await webhooks.list()).toMatchObject([{ id: 'sub_1', filter: {} }]);
  await webhooks.stop();
  await feed.close();
});
