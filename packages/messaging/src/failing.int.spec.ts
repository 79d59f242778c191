import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Receiver } from './testing';
import { createSetting, decision, eventually, ok, recordRounds, type Setting, status, subscribe } from './testing';
import type { Delivery, Webhooks } from './webhooks';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTELY = { baseMilliseconds: 60_000, factor: 1, capMilliseconds: 60_000, spanMilliseconds: DAY };

let setting: Setting;
beforeEach(() => {
  setting = createSetting();
});
afterEach(() => setting.end());

const firstDelivery = async (webhooks: Webhooks, subscription: string): Promise<Delivery> =>
  (await webhooks.deliveries({ subscription, limit: 1 })).deliveries[0];

/** What the first attempt of a delivery to an endpoint came to. */
const firstAttempt = async (url: string, timeoutMilliseconds = 15_000) => {
  const webhooks = await setting.open({ options: { timeoutMilliseconds } });
  const { id } = await subscribe(webhooks, { url });
  await recordRounds(setting.log, 1, 1);
  await eventually(async () => ((await firstDelivery(webhooks, id))?.attempts.length ?? 0) > 0);
  const delivery = await firstDelivery(webhooks, id);
  return { ...delivery, attempt: delivery.attempts[0], subscription: await webhooks.get(id) };
};

describe('an attempt that fails says why and is tried again', () => {
  test.each([400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503])('%d', async (code) => {
    const receiver = await setting.receiver(status(code, {}, 'no\n  thank\u0000 you'));
    const { attempt, status: state, nextAttemptAt, subscription } = await firstAttempt(receiver.url);
    expect(attempt).toMatchObject({ status: code, error: `the endpoint answered ${code}: no thank you` });
    expect(state).toBe('waiting');
    expect(nextAttemptAt).toBeGreaterThan(setting.clock.now());
    expect(subscription).toMatchObject({ status: 'active', waiting: 1, lastFailureAt: attempt.at });
  });

  test.each([301, 302, 303, 307, 308])('%d: redirects are not followed', async (code) => {
    const elsewhere = await setting.receiver();
    const receiver = await setting.receiver(status(code, { location: elsewhere.url }));
    const { attempt } = await firstAttempt(receiver.url);
    expect(attempt.status).toBe(code);
    expect(attempt.error).toContain(`a redirect to ${elsewhere.url}; redirects are not followed`);
    expect(elsewhere.received).toEqual([]);
  });

  test('an endpoint that hangs', async () => {
    const receiver = await setting.receiver(() => {});
    const { attempt } = await firstAttempt(receiver.url, 100);
    expect(attempt.error).toBe('no answer within 0.1 s');
    expect(attempt.milliseconds).toBeGreaterThanOrEqual(95);
  });

  test('an endpoint that closes the connection', async () => {
    const receiver = await setting.receiver((response) => response.destroy());
    expect((await firstAttempt(receiver.url)).attempt.error).toBe(
      'the endpoint closed the connection without an answer',
    );
  });

  test('an endpoint where nothing listens', async () => {
    const receiver = await setting.receiver();
    await receiver.close();
    expect((await firstAttempt(receiver.url)).attempt.error).toBe('the connection was refused: nothing listens there');
  });

  test('an endpoint that does not speak TLS', async () => {
    const receiver = await setting.receiver();
    const { attempt } = await firstAttempt(receiver.url.replace('http:', 'https:'));
    expect(attempt.error).toBe('the endpoint does not speak TLS there; is it http, or another port?');
  });

  test('an error without end: its beginning is kept, the rest is not read', async () => {
    let written = 0;
    const receiver = await setting.receiver((response) => {
      response.writeHead(500);
      const chunk = 'x'.repeat(10_000);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    const { attempt } = await firstAttempt(receiver.url);
    expect(attempt.error).toBe(`the endpoint answered 500: ${'x'.repeat(1_024)}`);
    await eventually(() => receiver.received.length === 1);
    expect(written).toBeLessThan(50_000_000);
  });

  test.each([
    ['plain text where TLS is expected', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'https'],
    ['something else than HTTP', '220 mail.example ESMTP\r\n', 'http'],
  ])('%s', async (_, greeting, scheme) => {
    const server: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(greeting);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { attempt } = await firstAttempt(`${scheme}://127.0.0.1:${port}/`);
    server.close();
    expect(attempt.status).toBeUndefined();
    expect(attempt.error).toMatch(/\w+/);
  });
});

test('a good answer counts by its status, whatever its body is', async () => {
  const receiver = await setting.receiver((response) => {
    response.writeHead(200);
    response.write('x'.repeat(100_000));
  });
  const { status: state, attempt } = await firstAttempt(receiver.url, 1_000);
  expect(state).toBe('delivered');
  expect(attempt).toMatchObject({ status: 200 });
  expect(attempt.error).toBeUndefined();
});

test('Retry-After leaves the whole endpoint alone for that long', async () => {
  const receiver = await setting.receiver(status(429, { 'retry-after': '600' }));
  const webhooks = await setting.open({ options: { concurrency: 1 } });
  await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 5, 1);
  const asked = setting.clock.now();
  await eventually(() => setting.clock.awaited().length > 0);
  receiver.answer = ok;
  const instants: number[] = [];
  await setting.clock.runUntil(() => {
    while (instants.length < receiver.accepted.length) instants.push(setting.clock.now());
    return instants.length === 5;
  });
  expect(receiver.received).toHaveLength(6);
  expect(instants[0] - asked).toBeGreaterThanOrEqual(600_000);
  expect(instants[4] - asked).toBeLessThan(610_000);
});

test('an endpoint that asks for less time than its delivery waits anyway hears of it again', async () => {
  const receiver = await setting.receiver(status(429, { 'retry-after': '1' }));
  const webhooks = await setting.open({ random: () => 0.9, options: { retries: MINUTELY } });
  const { id } = await subscribe(webhooks, { url: receiver.url });
  await recordRounds(setting.log, 1, 1);
  await eventually(async () => ((await firstDelivery(webhooks, id))?.attempts.length ?? 0) > 0);
  receiver.answer = ok;
  await setting.clock.runUntil(() => receiver.accepted.length === 1);
});

describe('the schedule of retries', () => {
  /** Fails for one customer only, so that the endpoint itself counts as alive. */
  const failFor =
    (customer: string): Receiver['answer'] =>
    (response, received) =>
      received.customer === customer ? status(500)(response) : ok(response);

  test('ends after three days in a dead letter, and the next change of the customer goes on', async () => {
    const receiver = await setting.receiver((response, { id }) =>
      id === 'change-c0-1' ? status(500)(response) : ok(response),
    );
    const webhooks = await setting.open({ random: () => 0.5 });
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 2);
    const began = setting.clock.now();
    const instants: number[] = [];
    let other = 0;
    await setting.clock.runUntil(async () => {
      while (instants.length < receiver.received.filter((one) => one.id === 'change-c0-1').length) {
        instants.push(setting.clock.now() - began);
        // Another customer's changes arrive every now and then.
        await setting.log.appendMany([decision('other', ++other)]);
        await eventually(() => receiver.accepted.filter(({ customer }) => customer === 'other').length === other);
      }
      return receiver.accepted.some((one) => one.id === 'change-c0-2');
    });
    const waits = instants.slice(1).map((at, i) => at - instants[i]);
    expect(waits.slice(0, 6).map((wait) => Math.round(wait / 500))).toEqual([1, 2, 4, 8, 16, 32]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(HOUR / 2 + 1_000);
    expect(instants.at(-1)).toBe(3 * DAY);
    await eventually(async () => (await webhooks.get(id))?.waiting === 0);
    expect(await webhooks.get(id)).toMatchObject({ status: 'active', deadLetters: 1 });
    const [dead] = (await webhooks.deliveries({ subscription: id, status: 'dead', limit: 5 })).deliveries;
    expect(dead).toMatchObject({ id: 'change-c0-1', status: 'dead' });
    expect(dead.attempts).toHaveLength(10);
    expect(dead.attempts.at(-1)).toMatchObject({ status: 500, at: began + 3 * DAY });
  });

  test('survives a stop: it goes on, and does not begin again', async () => {
    const receiver = await setting.receiver(failFor('c0'));
    let webhooks = await setting.open({ random: () => 1 });
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 1);
    await setting.clock.runUntil(() => receiver.received.length === 4);
    await webhooks.stop();
    webhooks = await setting.open({ random: () => 1 });
    const { attempts, nextAttemptAt } = await firstDelivery(webhooks, id);
    expect(attempts).toHaveLength(4);
    expect(nextAttemptAt).toBe(attempts[3].at + 8_000);
    await setting.clock.runUntil(() => receiver.received.length === 5);
    expect(setting.clock.now()).toBe(nextAttemptAt);
  });

  test('dead letters are delivered again, one or all, when asked; delivered ones too', async () => {
    const receiver = await setting.receiver(failFor('c0'));
    const webhooks = await setting.open({
      options: { retries: { baseMilliseconds: 1_000, factor: 2, capMilliseconds: 4_000, spanMilliseconds: 10_000 } },
    });
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 2, 5);
    await setting.clock.runUntil(async () => (await webhooks.get(id))?.deadLetters === 5);
    receiver.answer = ok;
    expect(await webhooks.redeliver(id, 'change-c0-3')).toMatchObject({ right: 1 });
    await eventually(() => receiver.accepted.length === 6);
    expect(receiver.accepted.at(-1)).toMatchObject({ id: 'change-c0-3' });
    const { headers } = receiver.accepted.at(-1)!;
    expect(headers['webhook-id']).toBe('change-c0-3');
    expect(await webhooks.redeliver(id)).toMatchObject({ right: 4 });
    await eventually(async () => (await webhooks.get(id))?.deadLetters === 0 && receiver.accepted.length === 10);
    expect(receiver.accepted.slice(-4).map(({ sequence }) => sequence)).toEqual([1, 2, 4, 5]);
    expect(await webhooks.redeliver(id, 'change-c1-2')).toMatchObject({ right: 1 });
    await eventually(() => receiver.accepted.length === 11);
    expect(receiver.accepted[10].id).toBe('change-c1-2');
    expect(await webhooks.redeliver(id, 'change-c9-9')).toMatchObject({ left: { kind: 'not-found' } });
    expect(await webhooks.redeliver('sub_0')).toMatchObject({ left: { kind: 'not-found' } });
    expect(await webhooks.redeliver(id)).toMatchObject({ right: 0 });
  });

  test('redelivering what waits tries it at once', async () => {
    const receiver = await setting.receiver(failFor('c0'));
    const webhooks = await setting.open({ random: () => 1 });
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 1);
    await setting.clock.runUntil(() => receiver.received.length === 8);
    receiver.answer = ok;
    const before = setting.clock.now();
    await eventually(async () => (await firstDelivery(webhooks, id)).attempts.length === 8);
    await webhooks.redeliver(id, 'change-c0-1');
    await eventually(() => receiver.accepted.length === 1);
    expect(setting.clock.now()).toBe(before);
  });
});

describe('disabling', () => {
  test('410 Gone disables at once; nothing is lost, and resuming goes on', async () => {
    const receiver = await setting.receiver(status(410));
    const webhooks = await setting.open();
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 3);
    await eventually(async () => (await webhooks.get(id))?.status === 'disabled');
    expect((await webhooks.get(id))?.reason).toMatch(/^The endpoint answered 410 Gone at .*resume/);
    await recordRounds(setting.log, 1, 2, 4);
    receiver.answer = ok;
    expect(receiver.received).toHaveLength(1);
    expect(await webhooks.update(id, { status: 'active' })).toMatchObject({ right: { status: 'active' } });
    await eventually(() => receiver.accepted.length === 5);
    expect(receiver.accepted.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect((await webhooks.get(id))?.reason).toBeUndefined();
  });

  test('three days without one success disable it, before anything becomes a dead letter', async () => {
    const receiver = await setting.receiver(status(500, {}, 'out of order'));
    let webhooks = await setting.open();
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 4, 2);
    const began = setting.clock.now();
    await setting.clock.runUntil(async () => (await webhooks.get(id))?.status === 'disabled');
    expect(setting.clock.now() - began).toBeGreaterThanOrEqual(3 * DAY);
    expect(setting.clock.now() - began).toBeLessThan(3 * DAY + HOUR);
    const { reason, deadLetters } = (await webhooks.get(id))!;
    expect(deadLetters).toBe(0);
    expect(reason).toContain('Every delivery since ');
    expect(reason).toContain('the last one because: the endpoint answered 500: out of order.');
    await webhooks.stop();
    webhooks = await setting.open();
    expect(await webhooks.get(id)).toMatchObject({ status: 'disabled', reason, waiting: 8 });
    receiver.answer = ok;
    await webhooks.update(id, { status: 'active' });
    await eventually(() => receiver.accepted.length === 8);
  });

  test('one success in between starts the count again', async () => {
    const receiver = await setting.receiver(status(500));
    const webhooks = await setting.open();
    const { id } = await subscribe(webhooks, { url: receiver.url });
    await recordRounds(setting.log, 1, 1);
    const began = setting.clock.now();
    await setting.clock.runUntil(() => setting.clock.now() > began + 2 * DAY);
    receiver.answer = ok;
    await setting.clock.runUntil(() => receiver.accepted.length === 1);
    receiver.answer = status(500);
    await recordRounds(setting.log, 1, 1, 2);
    await setting.clock.runUntil(() => setting.clock.now() > began + 4 * DAY);
    expect(await webhooks.get(id)).toMatchObject({ status: 'active', waiting: 1 });
  });
});
