import { statSync, writeFileSync } from 'node:fs';
import { openStore } from '@rapport/sqlite';
import { isLeft, isRight } from 'fp-ts/Either';
import { Webhook } from 'standardwebhooks';
import { openWebhooks } from './open-webhooks';
import { SUBSCRIPTIONS_FILE } from './store/schema';
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
import type { Webhooks } from './webhooks';

const DAY = 86_400_000;

let setting: Setting;
beforeEach(() => {
  setting = createSetting();
});
afterEach(() => setting.end());

const verifies = ({ body, headers }: Received, secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

const rotated = async (webhooks: Webhooks, id: string): Promise<{ secret: string; oldSecretUntil: number }> => {
  const result = await webhooks.rotateSecret(id);
  if (isLeft(result)) throw new Error(result.left.kind);
  return result.right;
};

test('a subscription is made, listed, changed and removed, and is there after a stop', async () => {
  const receiver = await setting.receiver();
  let webhooks = await setting.open();
  const { id, subscription } = await subscribe(webhooks, { url: receiver.url, description: 'CRM' });
  expect(subscription).toEqual({
    id,
    url: receiver.url,
    description: 'CRM',
    filter: {},
    status: 'active',
    createdAt: setting.clock.now(),
    cursor: undefined,
    waiting: 0,
    deadLetters: 0,
  });
  await webhooks.update(id, { description: 'the new CRM', filter: { stages: ['loyal'] } });
  await recordRounds(setting.log, 1, 1);
  await webhooks.stop();
  await webhooks.stop();
  webhooks = await setting.open();
  expect(await webhooks.list()).toMatchObject([{ id, description: 'the new CRM', filter: { stages: ['loyal'] } }]);
  expect(await webhooks.remove(id)).toBe(true);
  expect(await webhooks.remove(id)).toBe(false);
  expect(await webhooks.list()).toEqual([]);
  expect(await webhooks.get(id)).toBeUndefined();
  for (const call of [webhooks.update(id, {}), webhooks.test(id), webhooks.rotateSecret(id)])
    expect(await call).toEqual({ _tag: 'Left', left: { kind: 'not-found' } });
});

test('secrets are shown when they are made and never again', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open();
  const { id, secret } = await subscribe(webhooks, { url: receiver.url });
  const shown = JSON.stringify([await webhooks.list(), await webhooks.get(id), await webhooks.update(id, {})]);
  expect(shown).not.toContain('whsec_');
  expect(shown).not.toContain(secret);
});

test('the file with the secrets is readable by its owner alone, also one that was made too open', async () => {
  writeFileSync(setting.path, '', { mode: 0o644 });
  const webhooks = await setting.open();
  await subscribe(webhooks, { url: (await setting.receiver()).url });
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(setting.path + suffix).mode & 0o777).toBe(0o600);
});

test('one that could not be removed is still there, and can be removed later', async () => {
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: (await setting.receiver()).url });
  const other = openStore(setting.path, { ...SUBSCRIPTIONS_FILE, mode: 'write' });
  other.db.exec("CREATE TRIGGER stuck BEFORE DELETE ON subscriptions BEGIN SELECT RAISE(ABORT, 'no'); END");
  await expect(webhooks.remove(id)).rejects.toMatchObject({ message: 'no' });
  expect(await webhooks.get(id)).toMatchObject({ id, status: 'active' });
  other.db.exec('DROP TRIGGER stuck');
  other.close();
  expect(await webhooks.remove(id)).toBe(true);
  expect(await webhooks.list()).toEqual([]);
});

test('one process delivers', async () => {
  const webhooks = await setting.open();
  await expect(openWebhooks({ path: setting.path, feed: setting.feed })).rejects.toMatchObject({ kind: 'locked' });
  await webhooks.stop();
  await (await openWebhooks({ path: setting.path, feed: setting.feed })).stop();
});

test('nothing is sent before start', async () => {
  const receiver = await setting.receiver();
  const webhooks = await openWebhooks({
    path: setting.path,
    feed: setting.feed,
    options: { allowPrivateTargets: true },
  });
  await subscribe(webhooks, { url: receiver.url });
  // Another engine that has started has delivered, so there was time enough.
  const witness = await setting.receiver();
  await subscribe(await setting.open({ path: `${setting.path}-witness` }), { url: witness.url });
  await recordRounds(setting.log, 1, 1);
  await eventually(() => witness.received.length === 1);
  expect(receiver.received).toEqual([]);
  webhooks.start();
  webhooks.start();
  await eventually(() => receiver.received.length === 1);
  await webhooks.stop();
  expect(receiver.received).toHaveLength(1);
});

test('paused, nothing is sent and nothing is lost', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: receiver.url });
  // A subscription that is not paused has been delivered to, so there was time enough.
  const witness = await setting.receiver();
  await subscribe(webhooks, { url: witness.url });
  await recordRounds(setting.log, 2, 2);
  await eventually(() => receiver.accepted.length === 4);
  expect(await webhooks.update(id, { status: 'paused' })).toMatchObject({ right: { status: 'paused' } });
  await recordRounds(setting.log, 2, 2, 3);
  await eventually(() => witness.accepted.length === 8);
  expect(receiver.accepted).toHaveLength(4);
  await webhooks.update(id, { status: 'active' });
  await eventually(() => receiver.accepted.length === 8);
  expect(receiver.accepted.filter(({ customer }) => customer === 'c1').map(({ sequence }) => sequence)).toEqual([
    1, 2, 3, 4,
  ]);
});

test('a new URL takes over what waits, in order', async () => {
  const [old, current] = [await setting.receiver(status(500)), await setting.receiver()];
  const webhooks = await setting.open();
  const { id } = await subscribe(webhooks, { url: old.url });
  await recordRounds(setting.log, 3, 3);
  await eventually(() => old.received.length === 3);
  await webhooks.update(id, { url: current.url });
  await setting.clock.runUntil(() => current.accepted.length === 9);
  for (const customer of ['c0', 'c1', 'c2'])
    expect(current.accepted.filter((one) => one.customer === customer).map(({ sequence }) => sequence)).toEqual([
      1, 2, 3,
    ]);
});

test('removing a subscription while its endpoint hangs leaves the others alone', async () => {
  const [hanging, good] = [await setting.receiver(() => {}), await setting.receiver()];
  const webhooks = await setting.open({ options: { timeoutMilliseconds: 300 } });
  const { id } = await subscribe(webhooks, { url: hanging.url });
  await subscribe(webhooks, { url: good.url });
  await recordRounds(setting.log, 3, 1);
  await eventually(() => hanging.received.length === 3);
  await webhooks.remove(id);
  await recordRounds(setting.log, 3, 1, 2);
  await eventually(() => good.accepted.length === 6);
  await webhooks.stop();
  expect(hanging.received).toHaveLength(3);
  expect(await (await setting.open()).list()).toMatchObject([{ waiting: 0, url: good.url }]);
});

describe('rotation', () => {
  test('for a day receivers with the old and with the new secret verify; then the new one alone', async () => {
    const receiver = await setting.receiver();
    const webhooks = await setting.open();
    const { id, secret: old } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 1);
    await eventually(() => receiver.received.length === 1);
    const { secret, oldSecretUntil } = await rotated(webhooks, id);
    expect(oldSecretUntil).toBe(setting.clock.now() + DAY);
    await recordRounds(setting.log, 1, 1, 2);
    await eventually(() => receiver.received.length === 2);
    expect(receiver.received.map((one) => [verifies(one, old), verifies(one, secret)])).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(receiver.received[1].headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  test('when the time of the old secret is over, also after a stop, it signs no more', async () => {
    const receiver = await setting.receiver();
    let webhooks = await setting.open({ options: { oldSecretMilliseconds: 60_000 } });
    const { id } = await subscribe(webhooks, { url: receiver.url });
    const { secret } = await rotated(webhooks, id);
    await webhooks.stop();
    webhooks = await setting.open();
    await recordRounds(setting.log, 1, 1);
    await eventually(() => receiver.received.length === 1);
    setting.clock.pass(60_000);
    await recordRounds(setting.log, 1, 1, 2);
    await eventually(() => receiver.received.length === 2);
    const signatures = receiver.received.map(({ headers }) => String(headers['webhook-signature']).split(' ').length);
    expect(signatures).toEqual([2, 1]);
    expect(receiver.received.every((one) => verifies(one, secret))).toBe(true);
  });
});

describe('a test', () => {
  test('is sent once, signed, also to a paused subscription, and says what came of it', async () => {
    const receiver = await setting.receiver((response) => response.destroy());
    const webhooks = await setting.open();
    const { id, secret } = await subscribe(webhooks, { url: receiver.url });
    await webhooks.update(id, { status: 'paused' });
    receiver.answer = status(500, {}, 'no');
    expect(await webhooks.test(id)).toMatchObject({
      right: { at: setting.clock.now(), status: 500, error: 'the endpoint answered 500: no' },
    });
    receiver.answer = ok;
    expect(await webhooks.test(id)).toMatchObject({ right: { status: 204 } });
    expect(receiver.received).toHaveLength(2);
    const event = JSON.parse(receiver.received[1].body);
    expect(event).toMatchObject({
      specversion: '1.0',
      type: 'rapport.test.v1',
      source: 'rapport',
      data: { subscription: id },
    });
    expect(event).not.toHaveProperty('subject');
    expect(verifies(receiver.received[1], secret)).toBe(true);
    expect(await webhooks.get(id)).toMatchObject({ status: 'paused', waiting: 0, deadLetters: 0 });
    expect((await webhooks.deliveries({ subscription: id, limit: 10 })).deliveries).toEqual([]);
  });
});

describe('targets', () => {
  test('a private one is refused when a subscription is made or changed', async () => {
    const webhooks = await setting.open({ options: { allowPrivateTargets: false } });
    const refused = await webhooks.create({ url: 'https://10.0.0.1/hook' });
    expect(refused).toMatchObject({ left: { kind: 'invalid', field: 'url' } });
    expect(await webhooks.list()).toEqual([]);
    const created = await webhooks.create({ url: 'https://93.184.215.14/hook' });
    if (!isRight(created)) throw new Error('refused');
    const changed = await webhooks.update(created.right.subscription.id, { url: 'https://[::1]/' });
    expect(changed).toMatchObject({ left: { kind: 'invalid', field: 'url' } });
    expect(await webhooks.get(created.right.subscription.id)).toMatchObject({ url: 'https://93.184.215.14/hook' });
  });

  test('a name that leads elsewhere after it was looked at is not connected to', async () => {
    const receiver = await setting.receiver();
    let address = '93.184.215.14';
    const webhooks = await setting.open({
      options: { allowPrivateTargets: false, allowHttp: true },
      resolve: async () => [{ address, family: 4 }],
    });
    const url = receiver.url.replace('127.0.0.1', 'rebound.example');
    const { id } = await subscribe(webhooks, { url });
    address = '127.0.0.1';
    await setting.log.appendMany([decision('c1', 1)]);
    await eventually(async () => (await webhooks.deliveries({ subscription: id, limit: 1 })).deliveries.length === 1);
    const [{ attempts }] = (await webhooks.deliveries({ subscription: id, limit: 1 })).deliveries;
    expect(attempts[0].error).toContain('rebound.example leads to 127.0.0.1, a loopback address');
    expect(await webhooks.test(id)).toMatchObject({ right: { error: expect.stringContaining('loopback') } });
    expect(receiver.received).toEqual([]);
  });

  test('an address that was allowed when the subscription was made is refused when it is allowed no more', async () => {
    const receiver = await setting.receiver();
    let webhooks = await setting.open();
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await webhooks.stop();
    webhooks = await setting.open({ options: { allowPrivateTargets: false } });
    expect(await webhooks.test(id)).toMatchObject({ right: { error: expect.stringContaining('the URL is refused') } });
    expect(receiver.received).toEqual([]);
  });

  test('a name is delivered to by the addresses that were looked at', async () => {
    const receiver = await setting.receiver();
    const webhooks = await setting.open({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    await subscribe(webhooks, { url: receiver.url.replace('127.0.0.1', 'crm.example') });
    await setting.log.appendMany([decision('c1', 1)]);
    await eventually(() => receiver.received.length === 1);
    expect(receiver.received[0].headers.host).toMatch(/^crm\.example:\d+$/);
  });
});

test.each(['zzz', 'ffffffffffffff', ''])('a cursor that no log gave is refused: "%s"', async (after) => {
  await recordRounds(setting.log, 1, 1);
  const webhooks = await setting.open();
  const result = await webhooks.create({ url: 'http://127.0.0.1:9/', after: after as never });
  expect(result).toMatchObject({ left: { kind: 'invalid', field: 'after' } });
});

test('a log that was put back from a backup is followed from its end', async () => {
  const receiver = await setting.receiver();
  const webhooks = await setting.open();
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 1, 5);
  await eventually(() => receiver.accepted.length === 5);
  await webhooks.stop();
  const older = createSetting();
  await recordRounds(older.log, 1, 2);
  const again = await setting.open({ feed: older.feed });
  await eventually(async () => (await again.list())[0].cursor === (await older.log.head()));
  await recordRounds(older.log, 1, 1, 3);
  await eventually(() => receiver.accepted.length === 6);
  await again.stop();
  await older.end();
});

test('deliveries are counted and traced under the request that brought the touchpoint', async () => {
  let requests = 0;
  const receiver = await setting.receiver((response) => (requests++ === 0 ? status(500)(response) : ok(response)));
  const counted: string[] = [];
  const spans: string[] = [];
  const webhooks = await setting.open({
    metrics: {
      announced: (kind, channel, count) => counted.push(`${kind} ${channel} ${count}`),
      delivery: (outcome, seconds) => counted.push(`${outcome} ${Number.isFinite(seconds)}`),
    },
    traces: {
      contextOf: (touchpoint) => touchpoint?.id as never,
      span: async (name, attributes, work, parent) => {
        spans.push(`${name} ${attributes['rapport.attempt']} under ${parent}`);
        return work();
      },
      outgoing: () => ({ traceparent: `of attempt ${spans.length}` }),
    },
  });
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 1, 1);
  await setting.clock.runUntil(() => counted.length === 3);
  expect(counted).toEqual(['failed true', 'stageChanged webhook 1', 'delivered true']);
  expect(spans).toEqual(['deliver 1 under c0-1', 'deliver 2 under c0-1']);
  expect(receiver.received.map(({ headers }) => headers.traceparent)).toEqual(['of attempt 1', 'of attempt 2']);
});
