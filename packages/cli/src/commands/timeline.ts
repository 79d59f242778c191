import { withStore } from '@rapport/data-directory';
import { conditionsText, type JsonObject, type Language, type Ruleset } from '@rapport/domain';
import { type TimelineEntry, timelineEntryDocument, timelineOf, unitedDecisions } from '@rapport/engine';
import { type Cli, printNdjson } from '../cli';
import { type ViewOptions, viewFrom } from '../instant-options';
import { minute, minuteWithOffset, shortSpan } from '../output/instants';
import { mergedLines } from '../output/merged-customers';
import { nothingText } from '../output/nothing';
import { counted } from '../output/numbers';
import { plain, type Style, shorten } from '../output/style';
import { table } from '../output/table';
import { usedRulesetLine } from '../output/used-ruleset';
import { type Words, wordsIn } from '../output/words';
import { type CustomerOptions, evaluateCustomer } from '../store/customer';
import { zoneName } from '../zone';

export interface TimelineOptions extends CustomerOptions {
  readonly limit?: number;
}

/** How an entry reads on a terminal. */
interface Line {
  readonly what: string;
  readonly detail: string;
}

/** A touchpoint that is recorded longer than this after it occurred is late. */
const LATE = 3_600_000;
const DETAIL = 60;

/** `rapport timeline`: the order is that of the events, not of their arrival. */
export const timelineCommand = (cli: Cli, askedFor: string, options: TimelineOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    const found = await evaluateCustomer(cli, store, askedFor, options);
    const { customer, touchpoints, evaluation, rules, subject } = found;
    // Touchpoints that lie ahead are known today too.
    const asOf = options.asOf === undefined ? Number.POSITIVE_INFINITY : evaluation.asOf;
    const knownAt = found.knownAt ?? Number.POSITIVE_INFINITY;
    const decisions = await unitedDecisions(store.log, found);
    const entries = timelineOf(
      evaluation,
      touchpoints.filter((one) => one.occurredAt <= asOf && one.recordedAt <= knownAt),
      decisions.filter((one) => one.effectiveAt <= asOf && one.recordedAt <= knownAt),
    );
    const { limit } = options;
    const shown = limit === undefined ? entries : entries.slice(-limit);
    if (cli.json) return printNdjson(cli, shown.map(timelineEntryDocument));
    const words = wordsIn(cli.language);
    const instants = `${viewText(options, words)}${words.allInstantsIn} ${zoneName()}`;
    const head = `${cli.style.bold(plain(customer))}  ${cli.style.dim(instants)}`;
    cli.print(`${[head, ...mergedLines(found, cli)].join('\n')}\n`);
    if (shown.length < entries.length)
      cli.print(cli.style.dim(`… ${counted(entries.length - shown.length, 'earlier entry', 'earlier entries')}`));
    if (subject.nothing === undefined) cli.print(entryTable(shown, customer, rules.ruleset, cli));
    else cli.print(`  ${nothingText(subject.nothing, cli.language)}`);
    if (shown.length > 1 && shown.every((entry) => entry.kind !== 'touchpoint' || isLate(entry)))
      cli.print(
        cli.style.dim(
          '\nEverything is late: it was recorded long after it occurred, as history is that was imported without recorded_at.',
        ),
      );
    cli.print(`\n${usedRulesetLine(subject.ruleset, cli)}`);
  });

/** The instants that were asked about, as they were understood. */
const viewText = (options: ViewOptions, words: Words): string => {
  const { asOf, knownAt } = viewFrom(options);
  const named = [
    ...(asOf === undefined ? [] : [`${words.asOf} ${minuteWithOffset(asOf)}, `]),
    ...(knownAt === undefined ? [] : [`${words.knownAt} ${minuteWithOffset(knownAt)}, `]),
  ];
  return named.join('');
};

/** The fields that say most about a touchpoint come first. */
const TELLING = [
  'total',
  'amount',
  'severity',
  'loss',
  'outcome',
  'category',
  'instrument',
  'score',
  'reason',
  'topic',
];
const place = (name: string): number => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length);

/** The data's plain values in short; lists by their length. */
const dataText = (data: JsonObject): string =>
  Object.entries(data)
    .filter(([name]) => name !== 'currency')
    .sort(([a], [b]) => place(a) - place(b))
    .map(([name, value]) =>
      Array.isArray(value)
        ? `${name} ${value.length}`
        : typeof value === 'object' && value !== null
          ? name
          : `${name} ${shorten(String(value), 24)}`,
    )
    .join(', ');

const lineOf = (entry: TimelineEntry, survivor: string, ruleset: Ruleset, language: Language): Line => {
  const words = wordsIn(language);
  /** The customer of an entry, where it is not the customer of the timeline. */
  const whose = (customer: string): readonly string[] =>
    customer === survivor ? [] : [`${words.of} ${shorten(customer, 24)}`];
  switch (entry.kind) {
    case 'touchpoint': {
      const { type, data, staff, customer } = entry.touchpoint;
      const parts = [...whose(customer), dataText(data), ...(staff === undefined ? [] : [`${words.by} ${staff}`])];
      return { what: type, detail: parts.filter((part) => part !== '').join(' ') };
    }
    case 'stage': {
      const { from, to, cause, because } = entry.change;
      return {
        what: from === null ? to : `${from} → ${to}`,
        detail: `${cause === 'time' ? `${words.byTime}: ` : ''}${conditionsText(ruleset, because, language)}`,
      };
    }
    case 'signal': {
      const { signal, raised, cause } = entry.change;
      return {
        what: signal,
        detail: `${raised ? words.raised : words.cleared}${cause === 'time' ? `: ${words.byTime}` : ''}`,
      };
    }
    case 'promise': {
      const { id, key } = entry.broken;
      return { what: id, detail: `${words.promiseBroken}${key === null ? '' : `: ${key}`}` };
    }
    case 'superseded': {
      const { decision } = entry;
      const what = decision.kind === 'stageChanged' ? `${decision.from ?? '–'} → ${decision.to}` : decision.signal;
      const decided = [words.decidedThen, ...whose(decision.customer), `(${decision.cause});`].join(' ');
      return { what, detail: `${decided} ${words.historyChanged}` };
    }
  }
};

type Mark = readonly [mark: string, colour: (text: string, style: Style) => string];
const STAGE: Mark = ['◆', (text, style) => style.green(text)];
const SIGNAL: Mark = ['●', (text, style) => style.yellow(text)];

const markOf = (entry: TimelineEntry): Mark => {
  switch (entry.kind) {
    case 'touchpoint':
      return [' ', (text) => text];
    case 'stage':
      return STAGE;
    case 'signal':
      return SIGNAL;
    case 'promise':
      return ['✗', (text, style) => style.red(text)];
    case 'superseded':
      return entry.decision.kind === 'stageChanged' ? STAGE : SIGNAL;
  }
};

const isLate = ({ kind, at, recordedAt = at }: TimelineEntry): boolean =>
  kind === 'touchpoint' && recordedAt - at > LATE;

const entryTable = (
  entries: readonly TimelineEntry[],
  survivor: string,
  ruleset: Ruleset,
  { style, width, language }: Cli,
): string => {
  const words = wordsIn(language);
  const late = (entry: TimelineEntry): string => (isLate(entry) ? shortSpan((entry.recordedAt ?? 0) - entry.at) : '');
  const lines = entries.map((entry) => ({ entry, ...lineOf(entry, survivor, ruleset, language) }));
  const longest = (texts: readonly string[]): number => Math.max(4, ...texts.map((one) => one.length));
  const taken = 'occurred 2026-01-'.length + longest(lines.map(({ what }) => what)) + longest(entries.map(late)) + 8;
  return table(
    [
      { title: words.occurred },
      { title: '' },
      { title: words.what },
      { title: '', width: Math.max(20, width - taken) },
      { title: words.late, align: 'right' },
    ],
    lines.map(({ entry, what, detail }) => {
      const [mark, colour] = markOf(entry);
      return [
        minute(entry.at),
        colour(mark, style),
        colour(plain(what), style),
        style.dim(plain(shorten(detail, entry.kind === 'touchpoint' ? DETAIL : 200))),
        style.yellow(late(entry)),
      ];
    }),
    { head: style.dim },
  );
};
