import { randomBytes } from 'node:crypto';
import { atStore } from '@rapport/sqlite';
import { type Either, fromNullable, left, map, right } from 'fp-ts/Either';
import { pipe } from 'fp-ts/function';
import type { WaitingDelivery } from './delivery/waiting-delivery';
import type { ManagedSubscription } from './managed-subscription';
import { newSecret } from './signing';
import { SubscriptionSupervisor } from './subscription-supervisor';
import type { WebhookContext } from './webhook-context';
import type { Delivery, NewSubscription, Subscription, SubscriptionProblem, Webhooks } from './webhooks';

const MOST_LISTED = 1_000;

const NOT_FOUND: SubscriptionProblem = { kind: 'not-found' };
const invalid = (field: string, message: string): SubscriptionProblem => ({ kind: 'invalid', field, message });

const deliveryOf = (subscription: string, delivery: WaitingDelivery): Delivery => {
  const { id, customer, type, cursor, status, attempts, nextAttemptAt } = delivery;
  const next = status === 'waiting' && nextAttemptAt !== undefined ? { nextAttemptAt } : undefined;
  return { id, subscription, customer, type, cursor, status, attempts, ...next };
};

/** Subscriptions and deliveries, as their owners see and change them. */
export class WebhookService implements Webhooks {
  private readonly supervisor: SubscriptionSupervisor;
  private stopped: Promise<void> | undefined;

  /** @param release gives the store to other processes again, after `stop` */
  constructor(
    private readonly context: WebhookContext,
    private readonly release: () => void,
  ) {
    this.supervisor = new SubscriptionSupervisor(context);
  }

  async create({
    url,
    description,
    filter = {},
    after,
  }: NewSubscription): Promise<
    Either<SubscriptionProblem, { readonly subscription: Subscription; readonly secret: string }>
  > {
    const { clock, feed, targets } = this.context;
    const problem = await targets.check(url);
    if (problem !== undefined) return left(invalid('url', problem));
    const cursor = after === undefined ? await feed.end() : after === 'start' ? undefined : await feed.cursorOf(after);
    if (cursor === undefined && after !== undefined && after !== 'start')
      return left(invalid('after', 'is not a cursor of this log; pass one that Rapport gave, unchanged'));
    const secret = newSecret();
    const added = this.supervisor.add({
      id: `sub_${randomBytes(12).toString('hex')}`,
      url,
      description,
      filter,
      status: 'active',
      createdAt: clock.now(),
      secret,
      progress: { cursor },
    });
    return right({ subscription: this.describe(added), secret });
  }

  async list(): Promise<readonly Subscription[]> {
    return this.supervisor.all().map((one) => this.describe(one));
  }

  async get(id: string): Promise<Subscription | undefined> {
    const found = this.supervisor.get(id);
    return found === undefined ? undefined : this.describe(found);
  }

  async update(
    id: string,
    change: Parameters<Webhooks['update']>[1],
  ): Promise<Either<SubscriptionProblem, Subscription>> {
    const problem = change.url === undefined ? undefined : await this.context.targets.check(change.url);
    const found = this.supervisor.get(id);
    if (found === undefined) return left(NOT_FOUND);
    if (problem !== undefined) return left(invalid('url', problem));
    found.update(change);
    return right(this.describe(found));
  }

  async remove(id: string): Promise<boolean> {
    return this.supervisor.remove(id);
  }

  async rotateSecret(
    id: string,
  ): Promise<Either<SubscriptionProblem, { readonly secret: string; readonly oldSecretUntil: number }>> {
    return pipe(
      this.find(id),
      map((found) => found.rotateSecret()),
    );
  }

  async test(id: string): ReturnType<Webhooks['test']> {
    const found = this.supervisor.get(id);
    return found === undefined ? left(NOT_FOUND) : right(await found.sendTest());
  }

  async deliveries({
    subscription,
    status,
    customer,
    after,
    limit,
  }: Parameters<Webhooks['deliveries']>[0]): ReturnType<Webhooks['deliveries']> {
    const found = this.supervisor.get(subscription);
    if (found === undefined) return { deliveries: [] };
    const wanted = Math.min(Math.max(1, limit), MOST_LISTED);
    const query = { status, customer, before: after, limit: wanted + 1 };
    const rows = this.reading(() => this.context.deliveries.query(found.number, query));
    const listed = rows.slice(0, wanted).map((delivery) => deliveryOf(subscription, delivery));
    return rows.length > wanted ? { deliveries: listed, next: listed.at(-1)?.cursor } : { deliveries: listed };
  }

  async redeliver(subscription: string, id?: string): Promise<Either<SubscriptionProblem, number>> {
    const found = this.supervisor.get(subscription);
    if (found === undefined) return left(NOT_FOUND);
    const count = this.reading(() => this.context.deliveries.redeliver(found.number, id));
    if (count === 0 && id !== undefined) return left(NOT_FOUND);
    found.lookAgain();
    return right(count);
  }

  start(): void {
    this.supervisor.start();
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    await this.supervisor.stop();
    this.context.buffer.close();
    this.context.store.close();
    this.release();
  }

  private find(id: string): Either<SubscriptionProblem, ManagedSubscription> {
    return fromNullable(NOT_FOUND)(this.supervisor.get(id));
  }

  /** With what has happened until now. @throws StoreError */
  private reading<T>(read: () => T): T {
    const { store, buffer } = this.context;
    return atStore(store.path, () => {
      buffer.flush();
      return read();
    });
  }

  private describe(managed: ManagedSubscription): Subscription {
    const { deliveries } = this.context;
    return this.reading(() => {
      const { id, number, url, description, filter, status, reason, createdAt, progress } = managed.current;
      const { cursor, lastSuccessAt, lastFailureAt } = progress;
      return {
        id,
        url,
        ...(description === undefined ? undefined : { description }),
        filter,
        status,
        ...(reason === undefined ? undefined : { reason }),
        createdAt,
        cursor,
        waiting: deliveries.count(number, 'waiting') + managed.unstored,
        deadLetters: deliveries.count(number, 'dead'),
        ...(lastSuccessAt === undefined ? undefined : { lastSuccessAt }),
        ...(lastFailureAt === undefined ? undefined : { lastFailureAt }),
      };
    });
  }
}
