import { withStore } from '@rapport/data-directory';
import {
  type Evaluation,
  evaluate,
  formatInstant,
  type JsonObject,
  type Ruleset,
  type Touchpoint,
} from '@rapport/domain';
import { decisionsOf, type RecordedDecision } from '@rapport/engine';
import { type Cli, printNdjson } from '../cli';
import { conditionsText } from '../output/conditions';
import { minute, shortSpan } from '../output/instants';
import { counted } from '../output/numbers';
import { plain, type Style, shorten } from '../output/style';
import { table } from '../output/table';
import { touchpointsOf } from '../store/customer';

/** One line of a life: what happened, and what followed from it. */
interface Entry {
  readonly at: number;
  /** Absent for what was computed and never recorded. */
  readonly recordedAt?: number;
  readonly kind: 'touchpoint' | 'stage' | 'signal' | 'promise';
  readonly what: string;
  readonly detail: string;
  /** What `--json` prints beside the clocks and the kind. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** A touchpoint that is recorded longer than this after it occurred is late. */
const LATE = 3_600_000;
const DETAIL = 60;

/** `rapport timeline`: the order is that of the events, not of their arrival. */
export const timelineCommand = (cli: Cli, customer: string, { limit }: { readonly limit?: number }): Promise<void> =>
  withStore(cli.data, async (store) => {
    const touchpoints = await touchpointsOf(store, customer);
    const decisions = await decisionsOf(store.log, customer);
    const evaluation = evaluate(store.program, touchpoints, { asOf: store.now });
    const entries = [...touchpoints.map(touchpointEntry), ...consequences(evaluation, decisions, store.ruleset)].sort(
      (a, b) => a.at - b.at || Number(a.kind !== 'touchpoint') - Number(b.kind !== 'touchpoint'),
    );
    const shown = limit === undefined ? entries : entries.slice(-limit);
    if (cli.json) return printNdjson(cli, shown.map(entryDocument));
    cli.print(`${cli.style.bold(plain(customer))}  ${cli.style.dim('all instants in UTC')}\n`);
    if (shown.length < entries.length)
      cli.print(cli.style.dim(`… ${counted(entries.length - shown.length, 'earlier entry', 'earlier entries')}`));
    cli.print(entryTable(shown, cli));
  });

const touchpointEntry = (touchpoint: Touchpoint): Entry => ({
  at: touchpoint.occurredAt,
  recordedAt: touchpoint.recordedAt,
  kind: 'touchpoint',
  what: touchpoint.type,
  detail: [dataText(touchpoint.data), ...(touchpoint.staff === undefined ? [] : [`by ${touchpoint.staff}`])].join(' '),
  document: {
    type: touchpoint.type,
    source: touchpoint.source,
    id: touchpoint.id,
    staff: touchpoint.staff,
    correlationId: touchpoint.correlationId,
    data: touchpoint.data,
  },
});

/** What tells most about a touchpoint comes first. */
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

const sameDecision = (decision: RecordedDecision, kind: Entry['kind'], at: number, what: string): boolean =>
  decision.effectiveAt === at &&
  (decision.kind === 'stageChanged'
    ? kind === 'stage' && decision.to === what
    : kind === 'signal' && decision.signal === what);

/** Stage changes, signals and broken promises as history has them now, with the decisions that were recorded. */
const consequences = (
  evaluation: Evaluation,
  decisions: readonly RecordedDecision[],
  ruleset: Ruleset,
): readonly Entry[] => {
  const used = new Set<RecordedDecision>();
  const recorded = (kind: Entry['kind'], at: number, what: string): number | undefined => {
    const decision = decisions.find((one) => !used.has(one) && sameDecision(one, kind, at, what));
    if (decision === undefined) return undefined;
    used.add(decision);
    return decision.recordedAt;
  };
  const stages = evaluation.history.map(
    ({ at, from, to, cause, touchpoint, because }): Entry => ({
      at,
      recordedAt: recorded('stage', at, to),
      kind: 'stage',
      what: from === null ? to : `${from} → ${to}`,
      detail: `${cause === 'time' ? 'time passed: ' : ''}${conditionsText(ruleset, because, 'en')}`,
      document: { from, to, cause, touchpoint, because },
    }),
  );
  const signals = evaluation.signals.map(
    ({ at, signal, raised, cause, touchpoint }): Entry => ({
      at,
      recordedAt: recorded('signal', at, signal),
      kind: 'signal',
      what: signal,
      detail: `${raised ? 'raised' : 'cleared'}${cause === 'time' ? ': time passed' : ''}`,
      document: { signal, raised, cause, touchpoint },
    }),
  );
  const broken = evaluation.settledPromises
    .filter(({ outcome }) => outcome === 'broken')
    .map(
      ({ id, key, at }): Entry => ({
        at,
        kind: 'promise',
        what: id,
        detail: `promise broken${key === null ? '' : `: ${key}`}`,
        document: { promise: id, key, outcome: 'broken' },
      }),
    );
  const superseded = decisions
    .filter((decision) => !used.has(decision))
    .map(
      (decision): Entry => ({
        at: decision.effectiveAt,
        recordedAt: decision.recordedAt,
        kind: decision.kind === 'stageChanged' ? 'stage' : 'signal',
        what: decision.kind === 'stageChanged' ? `${decision.from ?? '–'} → ${decision.to}` : decision.signal,
        detail: `decided then (${decision.cause}); history has changed since`,
        document: { decided: decision, superseded: true },
      }),
    );
  return [...stages, ...signals, ...broken, ...superseded];
};

const entryDocument = ({ at, recordedAt, kind, document }: Entry) => ({
  kind,
  occurredAt: formatInstant(at),
  recordedAt: recordedAt === undefined ? undefined : formatInstant(recordedAt),
  ...document,
});

const MARKS: Readonly<Record<Entry['kind'], string>> = { touchpoint: ' ', stage: '◆', signal: '●', promise: '✗' };

const colourOf = (kind: Entry['kind'], style: Style): ((text: string) => string) =>
  kind === 'stage' ? style.green : kind === 'signal' ? style.yellow : kind === 'promise' ? style.red : (text) => text;

const entryTable = (entries: readonly Entry[], { style, width }: Cli): string => {
  const late = ({ kind, at, recordedAt = at }: Entry): string =>
    kind === 'touchpoint' && recordedAt - at > LATE ? shortSpan(recordedAt - at) : '';
  const longest = (text: (entry: Entry) => string): number => Math.max(4, ...entries.map((one) => text(one).length));
  const taken = 'occurred 2026-01-'.length + longest(({ what }) => what) + longest(late) + 8;
  return table(
    [
      { title: 'occurred' },
      { title: '' },
      { title: 'what' },
      { title: '', width: Math.max(20, width - taken) },
      { title: 'late', align: 'right' },
    ],
    entries.map((entry) => {
      const { at, kind, what, detail } = entry;
      return [
        minute(at),
        colourOf(kind, style)(MARKS[kind]),
        colourOf(kind, style)(plain(what)),
        style.dim(plain(shorten(detail, kind === 'touchpoint' ? DETAIL : 200))),
        style.yellow(late(entry)),
      ];
    }),
    { head: style.dim },
  );
};
