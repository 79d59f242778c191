import { type Cli, printJson, printNdjson } from '../cli';
import { type ChangeFilterOptions, changeFilterFrom } from '../declare/change-filters';
import { askEngine, type EngineOptions, engineUrl, queryOf } from '../engine-elsewhere';
import { EXIT, type ExitCode } from '../exit';
import { minute } from '../output/instants';
import { counted, whole } from '../output/numbers';
import { type ListOptions, type Page, printPages } from '../output/pages';
import { plain, shorten } from '../output/style';
import { table } from '../output/table';

/** Where `rapport serve` listens when nothing else is said. Webhooks are delivered by an engine that serves. */
const USUAL = 'http://127.0.0.1:7600';
const SUBSCRIPTIONS = '/v1/subscriptions';

/** As the interface gives it. */
interface Subscription {
  readonly id: string;
  readonly url: string;
  readonly status: string;
  readonly reason?: string;
  readonly waiting: number;
  readonly deadLetters: number;
  readonly lastSuccessAt?: string;
  readonly lastFailureAt?: string;
}

interface Attempt {
  readonly at: string;
  readonly milliseconds: number;
  readonly status?: number;
  readonly error?: string;
}

interface Delivery {
  readonly id: string;
  readonly customer: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: readonly Attempt[];
  readonly nextAttemptAt?: string;
}

type Asking = <T>(path: string, method?: string, body?: unknown) => Promise<T>;

const askingOf =
  (cli: Cli, options: EngineOptions): Asking =>
  (path, method, body) =>
    askEngine(cli, engineUrl(options) ?? USUAL, options, `${SUBSCRIPTIONS}${path}`, { method, body });

const at = (id: string, action = ''): string => `/${encodeURIComponent(id)}${action}`;
const moment = (instant: string | undefined): string => (instant === undefined ? '' : minute(Date.parse(instant)));

/** `rapport webhooks`: every subscription, and how it does. */
export const listWebhooksCommand = async (cli: Cli, options: EngineOptions): Promise<void> => {
  const { subscriptions } = await askingOf(cli, options)<{ readonly subscriptions: readonly Subscription[] }>('');
  if (cli.json) return printNdjson(cli, subscriptions);
  if (subscriptions.length === 0) return cli.print('There are no webhooks.');
  const { style } = cli;
  const rows = subscriptions.map(({ id, url, status, waiting, deadLetters, lastSuccessAt, lastFailureAt }) => [
    id,
    status === 'active' ? style.green(status) : style.yellow(plain(status)),
    whole(waiting),
    deadLetters === 0 ? '0' : style.red(whole(deadLetters)),
    moment(lastSuccessAt),
    moment(lastFailureAt),
    shorten(plain(url), 60),
  ]);
  const titles = ['id', 'status', 'waiting', 'given up', 'last taken', 'last failed', 'url'];
  const columns = titles.map((title, i) => ({ title, align: i === 2 || i === 3 ? ('right' as const) : undefined }));
  cli.print(table(columns, rows, { head: style.dim }));
  for (const { id, reason } of subscriptions) if (reason !== undefined) cli.note(plain(`${id}: ${reason}`));
};

export interface DeliveriesOptions extends EngineOptions, ListOptions {
  readonly status?: string;
  readonly customer?: string;
}

/** `rapport webhooks deliveries`: newest first, with what the receiver answered last. */
export const deliveriesCommand = async (cli: Cli, id: string, options: DeliveriesOptions): Promise<void> => {
  const ask = askingOf(cli, options);
  const { status, customer } = options;
  const page = async (after: string | undefined, limit: number): Promise<Page<Delivery>> => {
    const { deliveries, next } = await ask<{ readonly deliveries: readonly Delivery[]; readonly next?: string }>(
      at(id, `/deliveries${queryOf({ status, customer, after, limit })}`),
    );
    return { documents: deliveries, next };
  };
  const printed = await printPages(cli, options, page, (deliveries, titled) => deliveryLines(cli, deliveries, titled));
  if (printed === 0) cli.print('There is no such delivery.');
};

const answerOf = ({ status, error, milliseconds }: Attempt): string =>
  `${status ?? ''}${error === undefined ? '' : ` ${error}`} in ${whole(milliseconds)} ms`.trim();

const deliveryLines = ({ style }: Cli, deliveries: readonly Delivery[], titled: boolean): string =>
  table(
    ['id', 'customer', 'status', 'attempts', 'last', 'answer', 'again'].map((title) => ({
      title: titled ? title : '',
    })),
    deliveries.map(({ id, customer, status, attempts, nextAttemptAt }) => {
      const last = attempts.at(-1);
      return [
        plain(id),
        shorten(plain(customer), 32),
        status === 'dead' ? style.red(status) : plain(status),
        whole(attempts.length),
        moment(last?.at),
        last === undefined ? '' : shorten(plain(answerOf(last)), 60),
        moment(nextAttemptAt),
      ];
    }),
    { head: style.dim },
  );

export interface CreateOptions extends EngineOptions, ChangeFilterOptions {
  readonly description?: string;
  readonly after?: string;
}

/** `rapport webhooks create`: the secret is printed here and at its rotation, and never again. */
export const createWebhookCommand = async (cli: Cli, url: string, options: CreateOptions): Promise<void> => {
  const { description, after } = options;
  const filter = changeFilterFrom(options);
  const created = await askingOf(cli, options)<{ readonly subscription: Subscription; readonly secret: string }>(
    '',
    'POST',
    { url, description, filter, after },
  );
  if (cli.json) return printJson(cli, created);
  cli.print(created.secret);
  cli.note(`Webhook ${created.subscription.id}. The secret is shown this once; deliveries are signed with it.`);
};

/** `rapport webhooks pause` and `resume`. */
export const pauseWebhookCommand = async (
  cli: Cli,
  id: string,
  action: 'pause' | 'resume',
  options: EngineOptions,
): Promise<void> => {
  const subscription = await askingOf(cli, options)<Subscription>(at(id, `/${action}`), 'POST');
  if (cli.json) return printJson(cli, subscription);
  const { status, waiting } = subscription;
  cli.print(`${plain(id)} is ${plain(status)}; ${counted(waiting, 'delivery', 'deliveries')} waiting.`);
};

/** `rapport webhooks delete`. */
export const deleteWebhookCommand = async (cli: Cli, id: string, options: EngineOptions): Promise<void> => {
  await askingOf(cli, options)(at(id), 'DELETE');
  if (cli.json) return printJson(cli, { id, deleted: true });
  cli.print(`${plain(id)} is deleted.`);
};

/** `rapport webhooks rotate`: a new secret; for a while the old one signs too. */
export const rotateWebhookCommand = async (cli: Cli, id: string, options: EngineOptions): Promise<void> => {
  const rotated = await askingOf(cli, options)<{ readonly secret: string; readonly oldSecretUntil: string }>(
    at(id, '/rotate-secret'),
    'POST',
  );
  if (cli.json) return printJson(cli, rotated);
  cli.print(rotated.secret);
  cli.note(`It is shown this once. Until ${moment(rotated.oldSecretUntil)} the old secret signs too.`);
};

/** `rapport webhooks test`: exit 1 when the receiver did not take it. */
export const testWebhookCommand = async (cli: Cli, id: string, options: EngineOptions): Promise<ExitCode> => {
  const tested = await askingOf(cli, options)<{ readonly delivered: boolean; readonly attempt: Attempt }>(
    at(id, '/test'),
    'POST',
  );
  if (cli.json) await printJson(cli, tested);
  cli.print(`${tested.delivered ? 'Taken' : 'Not taken'}: ${plain(answerOf(tested.attempt))}`);
  return tested.delivered ? EXIT.done : EXIT.no;
};

/** `rapport webhooks redeliver`: one delivery, or everything that was given up. */
export const redeliverCommand = async (
  cli: Cli,
  id: string,
  delivery: string | undefined,
  options: EngineOptions,
): Promise<void> => {
  const { queued } = await askingOf(cli, options)<{ readonly queued: number }>(at(id, '/redeliver'), 'POST', {
    id: delivery,
  });
  if (cli.json) return printJson(cli, { id, queued });
  cli.print(`${counted(queued, 'delivery', 'deliveries')} will be made again.`);
};
