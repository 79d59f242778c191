import { atStore } from '@rapport/sqlite';
import { Mutex } from 'async-mutex';
import { match, P } from 'ts-pattern';
import { DeliveryWorker } from './delivery/delivery-worker';
import { createSender, type Sender } from './delivery/sender';
import { createSigner, newSecret, type Sign } from './signing';
import type { Progress, StoredSubscription } from './store/subscription-store';
import { testEvent } from './test-event';
import type { WebhookContext } from './webhook-context';
import type { DeliveryAttempt, Webhooks } from './webhooks';

/** Whether deliveries are sent for a subscription. Its status, apart from this, says whether they should be. */
type Delivering =
  | { readonly kind: 'idle' }
  | { readonly kind: 'delivering'; readonly worker: DeliveryWorker; readonly sender: Sender }
  /** Sends nothing new, and ends what is under way. */
  | { readonly kind: 'halting'; readonly worker: DeliveryWorker; readonly sender: Sender };

const IDLE: Delivering = { kind: 'idle' };

export interface ManagedSubscriptionOptions {
  readonly stored: StoredSubscription;
  /** Whether anything is delivered at all: after the start and before the stop. */
  isRunning(): boolean;
}

/**
 * One subscription: its stored state, and the worker that delivers for it while its status is `active`. At most one
 * worker delivers at a time: the next one waits until the one before has ended.
 *
 *     idle --start--> delivering --halt--> halting --(nothing is under way)--> idle
 */
export class ManagedSubscription {
  private stored: StoredSubscription;
  private sign: Sign;
  private state: Delivering = IDLE;
  private removed = false;
  private readonly turns = new Mutex();
  private readonly isRunning: () => boolean;

  constructor(
    private readonly context: WebhookContext,
    { stored, isRunning }: ManagedSubscriptionOptions,
  ) {
    this.stored = stored;
    this.sign = createSigner(stored);
    this.isRunning = isRunning;
    const { oldSecretUntil } = stored;
    if (oldSecretUntil !== undefined && oldSecretUntil <= context.clock.now())
      this.save({ oldSecret: undefined, oldSecretUntil: undefined });
  }

  get id(): string {
    return this.stored.id;
  }

  get number(): number {
    return this.stored.number;
  }

  /** As stored, with what has happened until now. */
  get current(): StoredSubscription {
    return { ...this.stored, progress: this.progress };
  }

  /** Changes that wait for their delivery and have no row. */
  get unstored(): number {
    return this.state.kind === 'idle' ? 0 : this.state.worker.unstored;
  }

  /**
   * Changes what its owner may change. Durable when it returns. A new URL or filter counts from now on. A subscription
   * that becomes active again goes on where it stopped: what waits is tried at once, and gets all its attempts again.
   *
   * @throws StoreError when it cannot be written; then nothing has changed
   */
  update({ status, url, description, filter }: Parameters<Webhooks['update']>[1]): void {
    const before = this.stored.status;
    this.save({
      ...(url === undefined ? undefined : { url }),
      ...(description === undefined ? undefined : { description }),
      ...(filter === undefined ? undefined : { filter }),
      ...(status === undefined ? undefined : { status, reason: undefined }),
    });
    const needsNewWorker = url !== undefined || filter !== undefined;
    match([before, status] as const)
      .with([P._, 'paused'], () => this.halt())
      .with([P.union('paused', 'disabled'), 'active'], () => this.resume())
      .with(['active', P.union('active', undefined)], () => {
        if (needsNewWorker) this.restart();
      })
      .with([P.union('paused', 'disabled'), undefined], () => undefined)
      .exhaustive();
  }

  /** The old secret signs too until the time that is returned. @throws StoreError */
  rotateSecret(): { readonly secret: string; readonly oldSecretUntil: number } {
    const { clock, options } = this.context;
    const secret = newSecret();
    const oldSecretUntil = clock.now() + options.oldSecretMilliseconds;
    this.save({ secret, oldSecret: this.stored.secret, oldSecretUntil });
    return { secret, oldSecretUntil };
  }

  /** Sends a test event once, whatever the status is. */
  async sendTest(): Promise<DeliveryAttempt> {
    const at = this.context.clock.now();
    const event = testEvent(this.id, at);
    const body = JSON.stringify(event);
    const sender = this.connect(1);
    const { retryAfter: _, ...answer } = await sender.send({ headers: this.sign(event.id, at, body), body });
    await sender.close();
    return { at, ...answer };
  }

  /** Delivers, if its status says so and it does not deliver yet. */
  start(): void {
    this.inTurn(() => this.launch());
  }

  /** Sends nothing new. */
  halt(): void {
    match(this.state)
      .with({ kind: 'delivering' }, ({ worker, sender }) => {
        this.state = { kind: 'halting', worker, sender };
        void worker.halt();
        this.inTurn(() => this.finish(worker, sender));
      })
      .with({ kind: P.union('idle', 'halting') }, () => undefined)
      .exhaustive();
  }

  /** Deletes it with its deliveries. What is under way ends. @throws StoreError; then it is still there */
  remove(): void {
    const { store, subscriptions, buffer } = this.context;
    // First of all: if it stayed in the store, it would deliver again after the next start.
    atStore(store.path, () => subscriptions.remove(this.number));
    this.removed = true;
    buffer.forget(this.number);
    this.halt();
  }

  /** Rows of deliveries were made to wait again. */
  lookAgain(): void {
    if (this.state.kind !== 'idle') this.state.worker.lookAgain();
  }

  /** Resolves when everything that was asked of it until now has been done. */
  async settled(): Promise<void> {
    await this.turns.runExclusive(() => undefined);
  }

  private get progress(): Progress {
    return this.state.kind === 'idle' ? this.stored.progress : this.state.worker.progress();
  }

  private get mayDeliver(): boolean {
    return this.isRunning() && this.stored.status === 'active' && !this.removed;
  }

  private resume(): void {
    this.inTurn(() => {
      this.context.deliveries.restartSchedules(this.number);
      this.stored = { ...this.stored, progress: { ...this.stored.progress, failingSince: undefined } };
      this.launch();
    });
  }

  private restart(): void {
    this.halt();
    this.start();
  }

  /** Only in turn: no other worker is there then, unless it delivers already. */
  private launch(): void {
    if (!this.mayDeliver || this.state.kind !== 'idle') return;
    const { clock, options } = this.context;
    const { number, id, filter, progress } = this.stored;
    const sender = this.connect(options.concurrency);
    const worker = new DeliveryWorker(this.context, {
      subscription: { number, id, filter, progress },
      send: (event, headers) => {
        const body = JSON.stringify(event);
        return sender.send({ headers: { ...headers, ...this.sign(event.id, clock.now(), body) }, body });
      },
      onDisabled: (reason) => this.disable(reason),
    });
    this.state = { kind: 'delivering', worker, sender };
  }

  private async finish(worker: DeliveryWorker, sender: Sender): Promise<void> {
    await worker.halt();
    await sender.close();
    this.context.buffer.flush();
    this.stored = { ...this.stored, progress: worker.progress() };
    this.state = IDLE;
  }

  private disable(reason: string): void {
    if (!this.mayDeliver) return;
    const { logger } = this.context;
    this.halt();
    logger?.warn({ subscription: this.id, reason }, 'a webhook subscription was disabled');
    const disabled = { status: 'disabled', reason } as const;
    try {
      this.save(disabled);
    } catch (error) {
      // It stays disabled until the next start, and is disabled again when deliveries still fail then.
      this.stored = { ...this.stored, ...disabled };
      logger?.error({ err: error, subscription: this.id }, 'a disabled webhook subscription could not be written');
    }
  }

  /** Durable when it returns. @throws StoreError; then nothing has changed */
  private save(change: Partial<StoredSubscription>): void {
    const { store, subscriptions } = this.context;
    const changed = { ...this.stored, ...change };
    atStore(store.path, () => subscriptions.save(changed));
    this.stored = changed;
    this.sign = createSigner(changed);
  }

  private connect(connections: number): Sender {
    const { targets, options } = this.context;
    const { timeoutMilliseconds, userAgent } = options;
    return createSender({ url: this.stored.url, targets, connections, timeoutMilliseconds, userAgent });
  }

  private inTurn(work: () => void | Promise<void>): void {
    this.turns.runExclusive(work).catch((error: unknown) => {
      const about = { err: error, subscription: this.id };
      this.context.logger?.error(about, 'a webhook subscription could not be changed over');
    });
  }
}
