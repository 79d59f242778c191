import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newCustomerBody } from './bodies';
import { closedLoop, openLoop } from './loops';
import { createSender, type Sender } from './sender';

/** A server that stands still for a while after each so many requests, and answers all it got then. */
let server: Server;
let sender: Sender;
let answer: (respond: () => void) => void;
let under: { now: number; most: number };

beforeEach(async () => {
  under = { now: 0, most: 0 };
  server = createServer((request, response) => {
    under.most = Math.max(under.most, ++under.now);
    request.resume().on('end', () =>
      answer(() => {
        under.now--;
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"recorded","id":"x"}');
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  sender = createSender({ url: `http://127.0.0.1:${port}`, headers: {}, connections: 50 });
});

afterEach(async () => {
  await sender.close();
  server.close();
});

const bodies = (count: number) => Array.from({ length: count }, (_, i) => newCustomerBody(`n-${i}`));

test('an open loop charges a server that stands still for every request that became due meanwhile', async () => {
  const held: (() => void)[] = [];
  let count = 0;
  // It stands still until the 40th is there, which is due 390 ms after the first; that takes longer on a busy machine.
  answer = (respond) => {
    if (++count > 40) return respond();
    held.push(respond);
    if (count === 40) for (const one of held) one();
  };
  const offer = { sender, bodies: bodies(60), rate: 100, overwhelmedAfter: Number.POSITIVE_INFINITY };
  const { recorded, offered, latency, failures } = await openLoop(offer);
  expect([offered, recorded, failures.size, latency.count]).toEqual([60, 60, 0, 60]);
  expect(latency.max).toBeGreaterThan(380);
  // Those that were due while it stood still waited evenly between all and nothing of it.
  expect(latency.quantile(50)).toBeGreaterThan(80);
  expect(latency.quantile(50)).toBeLessThan(latency.max);
});

test('an open loop ends early when the server cannot follow, and counts what was sent until then', async () => {
  let [free, waiting] = [0, 0];
  // Takes 20 requests a second, and 100 are offered.
  answer = (respond) => {
    const now = performance.now();
    free = Math.max(free, now) + 50;
    waiting = Math.max(waiting, free - now);
    setTimeout(respond, free - now);
  };
  const { overwhelmed, offered, recorded, rate } = await openLoop({
    sender,
    bodies: bodies(2_000),
    rate: 100,
    overwhelmedAfter: 400,
  });
  expect(overwhelmed).toBe(true);
  expect(waiting).toBeGreaterThan(400);
  expect(offered).toBeLessThan(200);
  expect(recorded).toBe(offered);
  expect(rate).toBeLessThan(30);
});

test('a closed loop has as many requests under way as there are callers, until the bodies are sent', async () => {
  const held: (() => void)[] = [];
  let answered = 0;
  // Nobody is answered before all callers wait.
  answer = (respond) => {
    held.push(respond);
    if (held.length < Math.min(7, 200 - answered)) return;
    answered += held.length;
    for (const one of held.splice(0)) one();
  };
  const { recorded, offered } = await closedLoop({ sender, bodies: bodies(200), callers: 7, seconds: 30 });
  expect([offered, recorded]).toEqual([200, 200]);
  expect(under.most).toBe(7);
});

test('answers that are no success and connections that break are counted, not taken for recorded', async () => {
  const refusing = createServer((request, response) => {
    if (request.headers['x-break'] === 'yes') request.socket.destroy();
    else request.resume().on('end', () => response.writeHead(503).end('{"recorded":1}'));
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  for (const [headers, status] of [
    [{}, 503],
    [{ 'x-break': 'yes' }, 0],
  ] as const) {
    const refused = createSender({ url, headers, connections: 2 });
    const { recorded, failures } = await closedLoop({ sender: refused, bodies: bodies(5), callers: 2, seconds: 30 });
    expect([recorded, [...failures]]).toEqual([0, [[status, 5]]]);
    await refused.close();
  }
  refusing.close();
});
