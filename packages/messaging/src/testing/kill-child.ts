/**
 * What the kill test kills: a log in which decisions are recorded, and webhooks that deliver them.
 *
 * Arguments: folder of the stores, number of the round, URL of the receiver. Prints `open` when it has begun.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { createChangeFeed } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openWebhooks } from '../open-webhooks';
import { recordRounds } from './decisions';

const CUSTOMERS = 40;
/** More than is delivered before the kill, and not so much that the end takes long. */
const ROUNDS_OF_ALL = 25;

const main = async (folder: string, round: number, url: string): Promise<void> => {
  const log = await openEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { mode: 'write' });
  const webhooks = await openWebhooks({
    path: join(folder, 'subscriptions.sqlite'),
    feed: createChangeFeed(log),
    options: {
      allowPrivateTargets: true,
      retries: { baseMilliseconds: 10, factor: 2, capMilliseconds: 100, spanMilliseconds: 3_600_000 },
    },
  });
  if ((await webhooks.list()).length === 0) await webhooks.create({ url });
  webhooks.start();
  writeSync(1, 'open\n');
  // Every round goes on where the log ends, however much of the round before was recorded.
  const done = (await log.count()).events / CUSTOMERS;
  for (let n = 1; n <= ROUNDS_OF_ALL; n++) {
    await recordRounds(log, CUSTOMERS, 1, done + n);
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

void main(process.argv[2], Number(process.argv[3]), process.argv[4]);
