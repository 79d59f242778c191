import { systemClock } from '@rapport/engine';
import { acquireWriter, makeOwned, openStore, type Store } from '@rapport/sqlite';
import { createTargets } from './egress/targets';
import { DEFAULT_WEBHOOK_OPTIONS, type OpenWebhooksOptions } from './options';
import { createDeliveryStore } from './store/delivery-store';
import { DeliveryWriteBuffer } from './store/delivery-write-buffer';
import { SUBSCRIPTIONS_FILE } from './store/schema';
import { createSubscriptionStore } from './store/subscription-store';
import type { WebhookContext } from './webhook-context';
import { WebhookService } from './webhook-service';
import type { Webhooks } from './webhooks';

/**
 * Opens the webhook subscriptions of a data directory and makes this process the one that delivers. Nothing is sent
 * before `start`, except tests.
 *
 * @throws StoreError when something is wrong with the file, the disk or the version; `locked` when another process
 *   delivers, `damaged` with the name of a subscription whose row cannot be read
 * @example
 * const webhooks = await openWebhooks({ path: 'data/subscriptions.sqlite', feed: createChangeFeed(log) });
 * webhooks.start();
 */
export const openWebhooks = async (setup: OpenWebhooksOptions): Promise<Webhooks> => {
  const { path } = setup;
  const lock = acquireWriter(path);
  try {
    makeOwned(path);
    const store = openStore(path, { ...SUBSCRIPTIONS_FILE, mode: 'write' });
    try {
      store.db.pragma('synchronous = NORMAL');
      return new WebhookService(contextOf(store, setup), () => lock.release());
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
};

const contextOf = (store: Store, setup: OpenWebhooksOptions): WebhookContext => {
  const { feed, metrics, traces, logger, clock = systemClock, random = Math.random } = setup;
  const options = { ...DEFAULT_WEBHOOK_OPTIONS, ...setup.options };
  const subscriptions = createSubscriptionStore(store, feed.parseCursor);
  const deliveries = createDeliveryStore(store, feed.parseCursor);
  const { keptDeliveries } = options;
  const buffer = new DeliveryWriteBuffer({ store, subscriptions, deliveries, keptDeliveries, logger });
  const targets = createTargets(options, setup.resolve);
  return { store, subscriptions, deliveries, buffer, targets, options, feed, metrics, traces, logger, clock, random };
};
