/**
 * How many deliveries a second one good endpoint takes: node packages/bench/dist/costs/webhooks.js [changes]
 * The endpoint is a process of its own; changes are recorded before, then delivered as fast as it goes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { createChangeFeed } from '@rapport/engine';
import { type AppendRequest, type EventLog, openEventLog, relationshipStream } from '@rapport/event-log';
import { openWebhooks, type Webhooks } from '@rapport/messaging';

const CUSTOMERS = 500;
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 600_000;

/** A change of stage as the engine records it, as far as webhooks read it. */
const stageChange = (customer: string, sequence: number): AppendRequest => {
  const data = {
    from: null,
    to: 'active',
    direction: 'up',
    because: [],
    factors: {},
    signals: [],
    cause: 'touchpoint',
    touchpoint: { source: 'bench', id: `${customer}-${sequence}` },
    ruleset: { name: 'retail', version: 1, hash: 'abc' },
    sequence,
    foldedUpTo: '00000000000001',
    asOf: '2026-01-01T00:00:00.000Z',
  };
  const id = `change-${customer}-${sequence}`;
  const type = 'relationship.stageChanged';
  const event = { source: 'rapport', id, type, occurredAt: Date.UTC(2026, 0, 1), data };
  return { stream: relationshipStream(customer), expected: 'any', events: [event] };
};

/** Every customer in turn, so that each has the same number of changes in order. */
const recordRounds = async (log: EventLog, customers: number, rounds: number): Promise<void> => {
  for (let round = 1; round <= rounds; round++)
    await log.appendMany(Array.from({ length: customers }, (_, c) => stageChange(`c${c}`, round)));
};

const serve = (): void => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
};

/** @throws Error when not everything is delivered in time */
const allDelivered = async (webhooks: Webhooks, head: string | undefined): Promise<void> => {
  for (const end = performance.now() + PATIENCE_MS; ; await passed(LOOK_EVERY_MS)) {
    const [subscription] = await webhooks.list();
    if (subscription?.waiting === 0 && subscription.cursor === head) return;
    if (performance.now() > end) throw new Error(`not delivered within ${PATIENCE_MS / 1_000} s`);
  }
};

const measure = async (changes: number): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-webhooks-throughput-'));
  const endpoint = fork(__filename, ['serve']);
  try {
    const [port] = await once(endpoint, 'message');
    const log = await openEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { mode: 'write' });
    await recordRounds(log, CUSTOMERS, Math.ceil(changes / CUSTOMERS));
    const feed = createChangeFeed(log);
    const webhooks = await openWebhooks({
      path: join(folder, 'subscriptions.sqlite'),
      feed,
      options: { allowPrivateTargets: true },
    });
    const head = await log.head();
    const [first] = (await feed.read({ limit: 1 })).changes;
    await webhooks.create({ url: `http://127.0.0.1:${port}/`, after: first!.cursor });
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    webhooks.start();
    await allDelivered(webhooks, head);
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    await webhooks.stop();
    await feed.close();
    await log.close();
    return {
      deliveries: changes,
      seconds: Math.round(seconds * 100) / 100,
      perSecond: Math.round(changes / seconds),
      cpuSeconds: Math.round((user + system) / 10_000) / 100,
      megabytes: Math.round(process.memoryUsage().rss / 1e6),
    };
  } finally {
    endpoint.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
};

if (process.argv[2] === 'serve') serve();
else
  void measure(Number(process.argv[2] ?? 20_000)).then((result) =>
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`),
  );
