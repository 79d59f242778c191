import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Position } from '@rapport/event-log';
import { openStore, type Store } from '@rapport/sqlite';
import type { WaitingDelivery } from '../delivery/waiting-delivery';
import { createDeliveryStore, type DeliveryStore } from './delivery-store';
import { DeliveryWriteBuffer, type ProgressSource } from './delivery-write-buffer';
import { SUBSCRIPTIONS_FILE } from './schema';
import { createSubscriptionStore, type SubscriptionStore } from './subscription-store';

let folder: string;
let store: Store;
let subscriptions: SubscriptionStore;
let deliveries: DeliveryStore;
let buffer: DeliveryWriteBuffer;
const errors: unknown[] = [];
const asCursor = (text: string): Position => text as Position;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-buffer-'));
  store = openStore(join(folder, 'subscriptions.sqlite'), { ...SUBSCRIPTIONS_FILE, mode: 'write', synchronous: 'off' });
  subscriptions = createSubscriptionStore(store, asCursor);
  deliveries = createDeliveryStore(store, asCursor);
  errors.length = 0;
  const logger = { info: () => {}, warn: () => {}, error: (...told: unknown[]) => void errors.push(told) };
  buffer = new DeliveryWriteBuffer({ store, subscriptions, deliveries, keptDeliveries: 10, logger: logger as never });
});
afterEach(() => {
  buffer.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const subscription = (): number =>
  subscriptions.add({
    id: 'sub_1',
    url: 'https://shop.example/',
    filter: {},
    status: 'active',
    createdAt: 0,
    secret: 'whsec_AAAA',
    progress: { cursor: undefined },
  }).number;

const worker = (number: number, cursor: string): ProgressSource => ({
  number,
  progress: () => ({ cursor: cursor as Position, lastSuccessAt: 7 }),
});

const delivery = (n: number): WaitingDelivery => ({
  id: `change-${n}`,
  customer: 'c1'.padEnd(1_000, 'x'),
  type: 'relationship.stageChanged.v1',
  cursor: n.toString(16).padStart(14, '0') as Position,
  status: 'delivered',
  stored: true,
  tries: 0,
  attempts: [{ at: 1, milliseconds: 2, status: 200 }],
});

test('what is noted is written together, a little later', async () => {
  const number = subscription();
  buffer.note(worker(number, 'a'), delivery(1));
  buffer.note(worker(number, 'b'), delivery(2));
  expect(deliveries.count(number, 'delivered')).toBe(0);
  await buffer.written(AbortSignal.timeout(60_000));
  expect(deliveries.count(number, 'delivered')).toBe(2);
  expect(subscriptions.all()).toMatchObject([{ progress: { cursor: 'b', lastSuccessAt: 7 } }]);
});

test('a full disk loses nothing: it is said once, and written when there is room', async () => {
  const number = subscription();
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages}`);
  for (let n = 1; n <= 50; n++) buffer.note(worker(number, 'c'), delivery(n));
  buffer.flush();
  buffer.flush();
  expect(buffer.failing).toBe(true);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject([{ err: { kind: 'full' } }, expect.any(String)]);
  expect(subscriptions.all()).toMatchObject([{ progress: { cursor: undefined } }]);
  store.db.pragma('max_page_count = 100000');
  await buffer.written(AbortSignal.timeout(60_000));
  expect(buffer.failing).toBe(false);
  expect(deliveries.count(number, 'delivered')).toBe(10);
  expect(deliveries.query(number, { limit: 1 })).toMatchObject([{ id: 'change-50' }]);
});

test('a write that failed holds nothing up once its subscription is removed', async () => {
  const number = subscription();
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages}`);
  for (let n = 1; n <= 50; n++) buffer.note(worker(number, 'c'), delivery(n));
  buffer.flush();
  expect(buffer.failing).toBe(true);
  const written = buffer.written(AbortSignal.timeout(60_000));
  buffer.forget(number);
  await written;
  expect(buffer.failing).toBe(false);
});

test('nothing is written of a subscription that was removed', () => {
  const number = subscription();
  buffer.note(worker(number, 'a'), delivery(1));
  buffer.forget(number);
  subscriptions.remove(number);
  buffer.note(worker(number, 'b'), delivery(2));
  buffer.flush();
  expect(errors).toEqual([]);
  expect(subscription()).not.toBe(number);
});
