import { atStore } from '@rapport/sqlite';
import { ManagedSubscription } from './managed-subscription';
import type { StoredSubscription } from './store/subscription-store';
import type { WebhookContext } from './webhook-context';

/** All subscriptions of a data directory. From `start` to `stop` those that are active deliver. */
export class SubscriptionSupervisor {
  private readonly managed = new Map<string, ManagedSubscription>();
  /** Removed ones that end what is under way. */
  private readonly leaving = new Set<Promise<void>>();
  private status: 'opened' | 'started' | 'stopped' = 'opened';

  /** @throws StoreError, and an Error that names a subscription whose row cannot be read */
  constructor(private readonly context: WebhookContext) {
    for (const stored of context.subscriptions.all()) this.manage(stored);
  }

  all(): readonly ManagedSubscription[] {
    return [...this.managed.values()];
  }

  get(id: string): ManagedSubscription | undefined {
    return this.managed.get(id);
  }

  /** Durable when it returns. @throws StoreError */
  add(subscription: Omit<StoredSubscription, 'number'>): ManagedSubscription {
    const { store, subscriptions } = this.context;
    const added = this.manage(atStore(store.path, () => subscriptions.add(subscription)));
    added.start();
    return added;
  }

  /** @returns false where there is none with this id. @throws StoreError; then it is still there */
  remove(id: string): boolean {
    const removed = this.managed.get(id);
    if (removed === undefined) return false;
    removed.remove();
    this.managed.delete(id);
    const left = removed.settled().then(() => void this.leaving.delete(left));
    this.leaving.add(left);
    return true;
  }

  /** May be called twice. */
  start(): void {
    if (this.status !== 'opened') return;
    this.status = 'started';
    for (const one of this.managed.values()) one.start();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.status = 'stopped';
    for (const one of this.managed.values()) one.halt();
    await Promise.all([...this.leaving, ...this.all().map((one) => one.settled())]);
  }

  private manage(stored: StoredSubscription): ManagedSubscription {
    const managed = new ManagedSubscription(this.context, { stored, isRunning: () => this.status === 'started' });
    this.managed.set(stored.id, managed);
    return managed;
  }
}
