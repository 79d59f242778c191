import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChangeFeed } from '@rapport/engine';
import { openEventLog, subjectOf } from '@rapport/event-log';
import { fromSource } from '@rapport/runtime/testing';
import { openWebhooks } from './open-webhooks';
import { eventually, ok, startReceiver, status } from './testing';

/** More rounds find rarer faults. */
const ROUNDS = Number(process.env.RAPPORT_KILL_ROUNDS ?? 15);
/** Every round is killed behind another delivery, so that a slow machine proves as much. */
const MOST_DELIVERED = 60;
const LONGEST_DELAY_MS = 50;
const CHILD = fromSource(join(__dirname, 'testing/kill-child.ts'));

const folder = mkdtempSync(join(tmpdir(), 'rapport-webhooks-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the webhooks until `reached` holds, and kills them `delay` ms later. */
const runAndKill = async (round: number, url: string, reached: () => boolean, delay: number): Promise<void> => {
  const child = spawn(process.execPath, [CHILD, folder, String(round), url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const ended = closed.then(() => {
    throw new Error('The child ended before it was killed.');
  });
  try {
    await Promise.race([once(child.stdout, 'data'), ended]);
    await eventually(reached);
    await new Promise((resolve) => setTimeout(resolve, delay));
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
};

test(`after ${ROUNDS} kills every decision arrived, in order per customer, once for a receiver that drops repeated ids`, async () => {
  let requests = 0;
  const receiver = await startReceiver((response) => (requests++ % 5 === 0 ? status(500)(response) : ok(response)));
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = receiver.accepted.length + ((round * 17) % MOST_DELIVERED);
    const reached = () => receiver.accepted.length >= wanted;
    await runAndKill(round, receiver.url, reached, (round * 67) % LONGEST_DELAY_MS);
  }
  const acceptedUnderKills = receiver.accepted.length;

  const log = await openEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { mode: 'write' });
  const feed = createChangeFeed(log);
  const webhooks = await openWebhooks({
    path: join(folder, 'subscriptions.sqlite'),
    feed,
    options: {
      allowPrivateTargets: true,
      retries: { baseMilliseconds: 10, factor: 2, capMilliseconds: 100, spanMilliseconds: 3_600_000 },
    },
  });
  webhooks.start();
  const head = await log.head();
  await eventually(
    async () => {
      const [{ waiting, cursor }] = await webhooks.list();
      return waiting === 0 && cursor === head;
    },
    600_000 + ROUNDS * 2_000,
  );
  await webhooks.stop();
  await receiver.close();

  const recorded: string[] = [];
  for await (const page of log.readAll())
    for (const event of page) recorded.push(`${subjectOf(event.stream)} ${event.id}`);
  const seen = new Set<string>();
  const sequences = new Map<string, number>();
  for (const { id, customer, sequence } of receiver.accepted) {
    if (seen.has(`${customer} ${id}`)) continue;
    seen.add(`${customer} ${id}`);
    expect(sequence).toBe((sequences.get(customer) ?? 0) + 1);
    sequences.set(customer, sequence);
  }
  expect(recorded.filter((change) => !seen.has(change))).toEqual([]);
  expect(seen.size).toBe(recorded.length);
  expect(acceptedUnderKills).toBeGreaterThan(ROUNDS);
  await feed.close();
  await log.close();
}, 600_000);
