import { dataDirectory, existingStore, isThere } from '@rapport/data-directory';
import { formatInstant } from '@rapport/domain';
import {
  MASK,
  type Rejection,
  type RejectionsQuery,
  type RejectionsReader,
  type RejectionWithBody,
  readRejections,
} from '@rapport/rejections';
import { isLeft } from 'fp-ts/Either';
import { type Cli, printJson } from '../cli';
import { CommandError, EXIT } from '../exit';
import { instantFrom } from '../instant-options';
import { minute } from '../output/instants';
import { counted, whole } from '../output/numbers';
import { type ListOptions, printPages } from '../output/pages';
import { plain, shorten } from '../output/style';
import { table } from '../output/table';
import { settingsOf } from '../settings';

export interface RejectionsOptions {
  readonly config?: string;
}

export interface ListRejectionsOptions extends RejectionsOptions, ListOptions {
  readonly source?: string;
  readonly reason?: string;
  readonly key?: string;
  readonly since?: string;
  readonly fingerprint?: string;
  readonly ndjson?: true;
}

const NOTHING = 'Nothing was refused, or nothing of that kind is kept.';

/** Works with the store of what was refused; undefined where there never was one. */
const reading = async <T>(
  cli: Cli,
  options: RejectionsOptions,
  work: (rejections: RejectionsReader) => Promise<T>,
): Promise<T | undefined> => {
  const { data } = settingsOf(cli, options).config;
  const { rejections: path } = dataDirectory(data);
  if (!isThere(path)) {
    existingStore(data);
    return undefined;
  }
  const rejections = readRejections(path);
  try {
    return await work(rejections);
  } finally {
    rejections.close();
  }
};

const FINGERPRINT = /^[0-9a-f]{32,64}$/i;

const filterOf = ({ source, reason, key, since, fingerprint }: ListRejectionsOptions) => {
  if (fingerprint !== undefined && !FINGERPRINT.test(fingerprint))
    throw new CommandError(
      `--fingerprint ${plain(shorten(fingerprint, 80))}: expected 32 to 64 hexadecimal digits, as sha256sum prints.`,
    );
  return {
    ...{ source, reason, key },
    since: instantFrom('--since', beginOf(since)),
    fingerprint: fingerprint?.slice(0, 32).toLowerCase(),
  };
};

/** A date that begins a period means the begin of its day. */
const beginOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;

const pageOf = (rejections: RejectionsReader, query: RejectionsQuery) => {
  const page = rejections.list(query);
  if (isLeft(page)) throw new Error('the list of what was refused does not know its own cursor');
  return page.right;
};

/** `rapport rejections`: what was refused, newest first; the engine may serve meanwhile. */
export const listRejectionsCommand = async (cli: Cli, options: ListRejectionsOptions): Promise<void> => {
  const filter = filterOf(options);
  const printed = await reading(cli, options, async (rejections) => {
    if (options.ndjson === true) return printTouchpoints(cli, options, rejections, filter);
    const count = await printPages(
      cli,
      options,
      async (after, limit) => {
        const { rejections: found, next } = pageOf(rejections, { ...filter, after, limit });
        return { documents: found.map(document), next };
      },
      (found, titled) => lines(cli, found, titled),
    );
    const { refused, left, notKept } = rejections.counts(options.key);
    if (left + notKept > 0)
      cli.note(
        cli.style.dim(
          `Of ${whole(refused)} refused in all, ${whole(left)} have left for want of room or for their age, ${whole(notKept)} were only counted.`,
        ),
      );
    return count;
  });
  if ((printed ?? 0) === 0) cli.note(NOTHING);
};

const document = ({ firstAt, lastAt, ...rest }: RejectionWithBody) => ({
  ...rest,
  firstAt: formatInstant(firstAt),
  lastAt: formatInstant(lastAt),
});

const lines = ({ style, width }: Cli, found: readonly ReturnType<typeof document>[], titled: boolean): string =>
  table(
    ['id', 'last', 'times', 'source', 'reason', 'why'].map((title) => ({
      title: titled ? title : '',
      ...(title === 'times' ? { align: 'right' as const } : {}),
      ...(title === 'why' ? { width: Math.max(24, width - 76) } : {}),
    })),
    found.map(({ id, lastAt, times, source, reason, problems }) => [
      id,
      minute(Date.parse(lastAt)),
      whole(times),
      shorten(plain(source ?? ''), 24),
      reason,
      plain(problems[0]?.message ?? ''),
    ]),
    { head: style.dim },
  );

const isOne = ({ format, bodyIs }: Rejection): boolean => bodyIs === 'whole' && !format.startsWith('segment');

/** The touchpoints as a stream takes them, newest first. */
const printTouchpoints = async (
  cli: Cli,
  { limit, all }: ListOptions,
  rejections: RejectionsReader,
  filter: Omit<RejectionsQuery, 'limit'>,
): Promise<number> => {
  const most = all === true ? Number.POSITIVE_INFINITY : limit;
  let [seen, leftOut, masked] = [0, 0, 0];
  let after: string | undefined;
  do {
    cli.signal.throwIfAborted();
    const page = pageOf(rejections, { ...filter, after, limit: Math.min(1_000, most - seen) });
    for (const one of page.rejections) {
      const line = isOne(one) ? lineOf(rejections.find(one.id)?.body) : undefined;
      if (line === undefined) leftOut++;
      else await cli.write(`${line}\n`);
      if (line !== undefined && one.masked > 0) masked++;
    }
    seen += page.rejections.length;
    after = page.next;
  } while (after !== undefined && seen < most);
  if (leftOut > 0)
    cli.note(
      `${counted(leftOut, 'refusal')} left out: cut off, without a body, no JSON, or a call of Segment. See them one by one: rapport rejections show ID`,
    );
  if (masked > 0)
    cli.note(`${whole(masked)} with masked values: put them in, or take the fields out, where it says "${MASK}".`);
  if (after !== undefined) cli.note('… there are more; --all lists all of them, --limit N lists N');
  return seen;
};

/** On one line, which JSON always can be; undefined if it is not a complete touchpoint. */
const lineOf = (body: string | undefined): string | undefined => {
  try {
    const value: unknown = JSON.parse(body ?? '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return safely((body ?? '').replace(/[\r\n\t]/g, ' '));
  } catch {
    return undefined;
  }
};

/** Control characters written as JSON writes them: within texts they say the same, and move no cursor. */
const safely = (body: string): string =>
  body.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** `rapport rejections show ID`: what was sent, and what was wrong with it. */
export const showRejectionCommand = async (cli: Cli, id: string, options: RejectionsOptions): Promise<void> => {
  const found = await reading(cli, options, async (rejections) => rejections.find(id));
  if (found === undefined)
    throw new CommandError(
      `There is no rejection ${plain(shorten(id, 80))} (any more): the oldest are removed first. See rapport rejections`,
      EXIT.no,
    );
  if (cli.json) return printJson(cli, document(found));
  for (const line of about(found)) cli.note(plain(line));
  if (found.body === undefined) return cli.note('What was sent is not kept.');
  await cli.write(`${safely(found.body)}\n`);
};

/** How a touchpoint goes out again. */
const routeOf = ({ format, body = '' }: RejectionWithBody): { readonly route: string; readonly type: string } => {
  if (format.startsWith('segment')) return { route: '/v1/track', type: 'application/json' };
  const isEvent = format.startsWith('cloudevents') || /"specversion"\s*:/.test(body);
  return { route: '/v1/touchpoints', type: isEvent ? 'application/cloudevents+json' : 'application/json' };
};

const about = (found: RejectionWithBody): readonly string[] => {
  const { reason, status, problems, route, format, place, source, key, firstAt, lastAt, times } = found;
  const from = [source !== undefined && `source ${source}`, key !== undefined && `key ${key}`].filter(Boolean);
  const again = times === 1 ? '' : `; ${whole(times)} times since ${formatInstant(firstAt)}`;
  const resend = routeOf(found);
  return [
    `${reason} (${status}) at ${formatInstant(lastAt)}${again}`,
    `${route}, ${format}${place === undefined ? '' : `, ${place}`}${from.length === 0 ? '' : `; ${from.join(', ')}`}`,
    ...problems.map(({ pointer, message }) => `  ${pointer === undefined ? '' : `${pointer}  `}${message}`),
    ...(found.bodyIs === 'cut' ? [`Only its beginning is kept; it had ${whole(found.bodyBytes ?? 0)} bytes.`] : []),
    ...(found.masked === 0
      ? []
      : [
          `${counted(found.masked, 'value')} masked: ${found.maskedAt.join(', ')}${found.masked > found.maskedAt.length ? ', …' : ''}`,
        ]),
    ...(found.body === undefined
      ? []
      : [`Once corrected, send it to POST ${resend.route} with Content-Type: ${resend.type} and --data-binary @FILE`]),
  ];
};
