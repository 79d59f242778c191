import { Webhook } from 'standardwebhooks';
import {
  createSetting,
  decision,
  eventually,
  ok,
  type Received,
  recordRounds,
  type Setting,
  status,
  subscribe,
} from './testing';

let setting: Setting;
beforeEach(() => {
  setting = createSetting();
});
afterEach(() => setting.end());

const sequencesOf = (received: readonly Received[], customer: string): readonly number[] =>
  received.filter((one) => one.customer === customer).map(({ sequence }) => sequence);

const oneTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);

test('a change arrives as a signed CloudEvent under its own id', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open();
  const { secret } = await subscribe(webhooks, { url: receiver.url });
  await setting.log.appendMany([decision('c1', 1)]);
  await eventually(() => receiver.received.length === 1);
  const [{ headers, body, id }] = receiver.received;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
    specversion: '1.0',
    id: 'change-c1-1',
    type: 'relationship.stageChanged.v1',
    subject: 'c1',
    data: { to: 'active', sequence: 1 },
  });
  expect(id).toBe('change-c1-1');
  expect(headers['content-type']).toBe('application/cloudevents+json');
  expect(headers['user-agent']).toMatch(/^Rapport\/\d/);
});

test('begins with what is recorded after it was made, after a cursor, or with the log', async () => {
  await recordRounds(setting.log, 1, 3);
  const all = (await setting.feed.read({ limit: 10 })).changes;
  const [fromNow, fromCursor, fromStart] = [
    await setting.receiver(),
    await setting.receiver(),
    await setting.receiver(),
  ];
  const webhooks = await setting.open();
  await subscribe(webhooks, { url: fromNow.url });
  await subscribe(webhooks, { url: fromCursor.url, after: all[0].cursor });
  await subscribe(webhooks, { url: fromStart.url, after: 'start' });
  await recordRounds(setting.log, 1, 1, 4);
  await eventually(() => fromNow.received.length === 1 && fromCursor.received.length === 3);
  expect(sequencesOf(fromNow.received, 'c0')).toEqual([4]);
  expect(sequencesOf(fromCursor.received, 'c0')).toEqual([2, 3, 4]);
  await eventually(() => fromStart.received.length === 4);
  expect(sequencesOf(fromStart.received, 'c0')).toEqual([1, 2, 3, 4]);
});

test('a subscription made on an empty log gets everything', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open();
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 2, 2);
  await eventually(() => receiver.received.length === 4);
});

test('each subscription gets what its own filter lets through; a changed filter counts from then on', async () => {
  const [stages, signals] = [await setting.receiver(), await setting.receiver()];
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: stages.url, filter: { stages: ['loyal'] } });
  await subscribe(webhooks, { url: signals.url, filter: { signals: ['at-risk'] } });
  await setting.log.appendMany([
    decision('c1', 1, { to: 'active' }),
    decision('c1', 2, { to: 'loyal' }),
    decision('c1', 3, { kind: 'signalRaised', signal: 'at-risk' }),
    decision('c1', 4, { to: 'loyal', cause: 'merge' }),
  ]);
  await eventually(() => stages.received.length === 1 && signals.received.length === 1);
  await webhooks.update(id, { filter: { stages: ['active'] } });
  await setting.log.appendMany([decision('c1', 5, { to: 'loyal' }), decision('c1', 6, { to: 'active' })]);
  await eventually(() => stages.received.length === 2);
  expect(sequencesOf(stages.received, 'c1')).toEqual([2, 6]);
  expect(sequencesOf(signals.received, 'c1')).toEqual([3]);
});

test('under failures the changes of every customer arrive in order, each accepted once', async () => {
  let requests = 0;
  const receiver = await setting.receiver((response) => (requests++ % 2 === 0 ? status(500)(response) : ok(response)));
  const webhooks = await setting.open();
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 20, 10);
  await setting.clock.runUntil(() => receiver.accepted.length >= 200);
  for (let c = 0; c < 20; c++) expect(sequencesOf(receiver.accepted, `c${c}`)).toEqual(oneTo(10));
  expect(receiver.received.length).toBeGreaterThan(300);
});

test('a failing customer does not hold up the others', async () => {
  const receiver = await setting.receiver((response, { customer }) =>
    customer === 'c0' ? status(500)(response) : ok(response),
  );
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 10, 5);
  await eventually(() => receiver.accepted.length === 45);
  expect(sequencesOf(receiver.received, 'c0')).toEqual([1]);
  await eventually(async () => (await webhooks.get(id))?.waiting === 5);
  expect(await webhooks.get(id)).toMatchObject({ status: 'active', deadLetters: 0 });
  const { deliveries } = await webhooks.deliveries({ subscription: id, status: 'waiting', limit: 10 });
  expect(deliveries.map(({ customer, attempts }) => [customer, attempts.length])).toEqual([
    ['c0', 0],
    ['c0', 0],
    ['c0', 0],
    ['c0', 0],
    ['c0', 1],
  ]);
});

test('the cursor passes what waits for a failing customer, so that a stop repeats nothing of the others', async () => {
  const receiver = await setting.receiver((response, { customer }) =>
    customer === 'c0' ? status(500)(response) : ok(response),
  );
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 2, 1);
  await eventually(async () => (await webhooks.get(id))?.waiting === 1);
  await recordRounds(setting.log, 2, 3, 2);
  const head = await setting.log.head();
  await eventually(async () => (await webhooks.get(id))?.cursor === head);
  expect(await webhooks.get(id)).toMatchObject({ waiting: 4 });
});

test('an endpoint that is down is tried now and then, and gets everything when it is back', async () => {
  const receiver = await setting.receiver(status(500));
  const webhooks = await setting.open({ random: () => 0.5 });
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 1_000, 2);
  await eventually(() => receiver.received.length >= 16);
  const down = setting.clock.now();
  await setting.clock.runUntil(() => setting.clock.now() > down + 3_600_000);
  expect(receiver.received.length).toBeGreaterThan(100);
  expect(receiver.received.length).toBeLessThan(200);
  receiver.answer = ok;
  const back = setting.clock.now();
  await setting.clock.runUntil(() => receiver.accepted.length > 0);
  expect(setting.clock.now() - back).toBeLessThanOrEqual(60_000);
  await eventually(() => receiver.accepted.length === 2_000);
  for (let c = 0; c < 1_000; c++) expect(sequencesOf(receiver.accepted, `c${c}`)).toEqual([1, 2]);
});

test('no more customers are delivered to at the same time than the settings allow', async () => {
  const open: (() => void)[] = [];
  const receiver = await setting.receiver((response) => void open.push(() => ok(response)));
  const webhooks = await setting.open({ options: { concurrency: 3 } });
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 10, 1);
  await eventually(() => open.length === 3);
  expect(await webhooks.get(id)).toMatchObject({ waiting: 10 });
  expect(open).toHaveLength(3);
  receiver.answer = ok;
  for (const answer of open) answer();
  await eventually(() => receiver.accepted.length === 10);
});

test('an endpoint that hangs delays no other', async () => {
  const [hanging, good] = [await setting.receiver(() => {}), await setting.receiver()];
  // Longer than anybody here waits: what waited for the endpoint that hangs would not arrive.
  const webhooks = await setting.open({ options: { timeoutMilliseconds: 600_000 } });
  await subscribe(webhooks, { url: hanging.url });
  await subscribe(webhooks, { url: good.url });
  for (let n = 1; n <= 50; n++) {
    await setting.log.appendMany(Array.from({ length: 20 }, (_, c) => decision(`c${c}`, n)));
    await eventually(() => good.received.length === n * 20);
  }
  expect(hanging.received).toHaveLength(16);
  await hanging.close();
});

test('what waits is bounded in memory, and the rest is delivered from the log', async () => {
  const receiver = await setting.receiver(status(500));
  const webhooks = await setting.open({ options: { heldDeliveries: 1_000 } });
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 300, 20);
  await setting.clock.runUntil(async () => receiver.received.length > 200);
  expect((await webhooks.get(id))?.waiting).toBeLessThanOrEqual(1_500);
  receiver.answer = ok;
  await setting.clock.runUntil(() => receiver.accepted.length >= 6_000);
  for (let c = 0; c < 300; c++) expect(sequencesOf(receiver.accepted, `c${c}`)).toEqual(oneTo(20));
});

test('goes on where it stopped after a stop, without repeating and without losing', async () => {
  let requests = 0;
  const receiver = await setting.receiver((response) => (requests++ % 3 === 0 ? status(503)(response) : ok(response)));
  let webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: receiver.url });
  for (let round = 0; round < 5; round++) {
    await recordRounds(setting.log, 20, 4, 1 + 4 * round);
    const before = receiver.received.length;
    await setting.clock.runUntil(() => receiver.received.length > before + 7);
    await webhooks.stop();
    webhooks = await setting.open();
  }
  await setting.clock.runUntil(() => receiver.accepted.length >= 400);
  for (let c = 0; c < 20; c++) expect(sequencesOf(receiver.accepted, `c${c}`)).toEqual(oneTo(20));
  await eventually(async () => (await webhooks.get(id))?.waiting === 0);
  expect(await webhooks.get(id)).toMatchObject({ cursor: await setting.log.head() });
});

test('the delivery log keeps the newest delivered ones', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open({ options: { keptDeliveries: 100 } });
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 10, 50);
  await eventually(() => receiver.accepted.length === 500);
  await webhooks.stop();
  const again = await setting.open({ options: { keptDeliveries: 100 } });
  const first = await again.deliveries({ subscription: id, status: 'delivered', limit: 60 });
  const second = await again.deliveries({ subscription: id, status: 'delivered', limit: 60, after: first.next });
  expect(first.deliveries).toHaveLength(60);
  const listed = [...first.deliveries, ...second.deliveries];
  expect(listed.length).toBeGreaterThanOrEqual(100);
  expect(listed.length).toBeLessThanOrEqual(120);
  expect(listed[0]).toMatchObject({
    id: 'change-c9-50',
    customer: 'c9',
    status: 'delivered',
    cursor: await setting.log.head(),
  });
  expect(new Set(listed.map((one) => one.id)).size).toBe(listed.length);
  const theirs = await again.deliveries({ subscription: id, customer: 'c3', limit: 2 });
  expect(theirs.deliveries.map((one) => one.id)).toEqual(['change-c3-50', 'change-c3-49']);
});
