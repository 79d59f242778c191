import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChangeFeed } from '@rapport/engine';
import { memoryEventLog } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';
import { openWebhooks } from '../open-webhooks';
import type { OpenWebhooksOptions } from '../options';
import type { NewSubscription, Subscription, Webhooks } from '../webhooks';
import { createManualClock } from './manual-clock';
import { type Receiver, startReceiver } from './receiver';

/** A log, its feed, receivers and webhooks that may be opened again; all gone at `end`. */
export const createSetting = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-webhooks-'));
  const path = join(folder, 'subscriptions.sqlite');
  const log = memoryEventLog();
  const feed = createChangeFeed(log);
  const clock = createManualClock();
  const opened: Webhooks[] = [];
  const receivers: Receiver[] = [];
  return {
    path,
    log,
    feed,
    clock,
    /** Started, and allowed to deliver on this machine. */
    open: async (options: Partial<OpenWebhooksOptions> = {}): Promise<Webhooks> => {
      const allowed = { allowPrivateTargets: true, ...options.options };
      const webhooks = await openWebhooks({ path, feed, clock, ...options, options: allowed });
      opened.push(webhooks);
      webhooks.start();
      return webhooks;
    },
    receiver: async (answer?: Receiver['answer']): Promise<Receiver> => {
      const receiver = await startReceiver(answer);
      receivers.push(receiver);
      return receiver;
    },
    end: async (): Promise<void> => {
      await Promise.all(receivers.map((receiver) => receiver.close()));
      await Promise.all(opened.map((webhooks) => webhooks.stop()));
      await feed.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export type Setting = ReturnType<typeof createSetting>;

export const subscribe = async (
  webhooks: Webhooks,
  subscription: NewSubscription,
): Promise<{ readonly subscription: Subscription; readonly id: string; readonly secret: string }> => {
  const created = await webhooks.create(subscription);
  if (isLeft(created)) throw new Error(JSON.stringify(created.left));
  return { ...created.right, id: created.right.subscription.id };
};
