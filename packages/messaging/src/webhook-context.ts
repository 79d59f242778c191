import type { Clock } from '@rapport/engine';
import type { Store } from '@rapport/sqlite';
import type { Targets } from './egress/targets';
import type { OpenWebhooksOptions, WebhookOptions } from './options';
import type { DeliveryStore } from './store/delivery-store';
import type { DeliveryWriteBuffer } from './store/delivery-write-buffer';
import type { SubscriptionStore } from './store/subscription-store';

/** What all subscriptions of one data directory share. */
export interface WebhookContext extends Pick<OpenWebhooksOptions, 'feed' | 'metrics' | 'traces' | 'logger'> {
  readonly store: Store;
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryStore;
  readonly buffer: DeliveryWriteBuffer;
  readonly targets: Targets;
  readonly options: WebhookOptions;
  readonly clock: Clock;
  /** 0 <= x < 1 */
  readonly random: () => number;
}
