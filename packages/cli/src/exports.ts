import type { ReadingStore } from '@rapport/data-directory';
import {
  bucketRanges,
  type Evaluation,
  evaluate,
  type JsonObject,
  ownedProducts,
  type Touchpoint,
  toCloudEvent,
} from '@rapport/domain';
import { foldable, raisedSignals, unitedIn, unitedStreams, withheldBy } from '@rapport/engine';
import { subjectOf } from '@rapport/event-log';
import type { Column, Row } from '@rapport/files';
import { openSqliteCrossSellStore } from '@rapport/read-model';

export type ExportWhat = 'relationships' | 'touchpoints' | 'stage-changes' | 'candidates';

/** A table to be written: what its columns hold, and its rows in batches. */
export interface Export {
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** As of an instant, and as known at one. */
export interface ExportView {
  readonly asOf: number;
  readonly knownAt?: number;
}

const isKnown = ({ recordedAt }: Pick<Touchpoint, 'recordedAt'>, { knownAt }: ExportView): boolean =>
  knownAt === undefined || recordedAt <= knownAt;

type Batches = AsyncGenerator<readonly Row[]>;

/** Streams are read by so many ranges, to keep batches small. */
const RANGES = 64;
const CANDIDATES = 10;

/** Every customer, whoever is one with another together with her, folded from the log under a view, range by range; who cannot be folded is left out. */
async function* everyone(
  { log, location, program }: ReadingStore,
  view: ExportView,
): AsyncGenerator<
  readonly (readonly [customer: string, evaluation: Evaluation, touchpoints: readonly Touchpoint[]])[]
> {
  const histories = unitedStreams(await unitedIn(location, view));
  for (const buckets of bucketRanges(RANGES))
    for await (const page of histories(log, { buckets })) {
      yield page.flatMap(({ stream, events }) => {
        const customer = subjectOf(stream);
        try {
          const touchpoints = foldable(events).map((event) => ({ ...event, customer }));
          const evaluation = evaluate(program, touchpoints, view);
          const known = touchpoints.filter((one) => isKnown(one, view));
          return evaluation.fold.stageId === null ? [] : [[customer, evaluation, known] as const];
        } catch {
          return [];
        }
      });
    }
}

const TOUCHPOINT_COLUMNS: readonly Column[] = [
  ...['specversion', 'id', 'source', 'type', 'subject'].map((name) => ({ name, type: 'text' as const })),
  { name: 'time', type: 'instant' },
  { name: 'recordedtime', type: 'instant' },
  ...['datacontenttype', 'correlationid', 'staff'].map((name) => ({ name, type: 'text' as const })),
  { name: 'data', type: 'json' },
];

async function* touchpointRows({ log }: ReadingStore, view: ExportView): Batches {
  for (const category of ['customer', 'staff'])
    for await (const page of log.readAll({ category, pageSize: 1_000 }))
      yield page
        .filter((event) => event.occurredAt <= view.asOf && isKnown(event, view))
        .map((event) => ({
          ...toCloudEvent({ ...event, customer: subjectOf(event.stream) }),
          time: event.occurredAt,
          recordedtime: event.recordedAt,
        }));
}

const relationshipColumns = ({ program }: ReadingStore): readonly Column[] => [
  { name: 'customer', type: 'text' },
  { name: 'stage', type: 'text' },
  { name: 'since', type: 'instant' },
  ...program.factors.map(({ id }) => ({ name: `factor_${id}`, type: 'double' as const })),
  ...program.factors.map(({ id }) => ({ name: `confidence_${id}`, type: 'double' as const })),
  ...program.metricIds.map((id) => ({ name: `metric_${id}`, type: 'double' as const })),
  { name: 'signals', type: 'json' },
  { name: 'openPromises', type: 'integer' },
  { name: 'openComplaints', type: 'integer' },
  { name: 'touchpoints', type: 'integer' },
  { name: 'firstTouchpointAt', type: 'instant' },
  { name: 'lastTouchpointAt', type: 'instant' },
];

const relationshipRow = (customer: string, evaluation: Evaluation): Row => {
  const { fold, asOf } = evaluation;
  const { program } = fold;
  const numbers = (prefix: string, ids: readonly string[], value: (i: number) => number) =>
    Object.fromEntries(
      ids.map((id, i) => {
        const number = value(i);
        return [`${prefix}_${id}`, Number.isFinite(number) ? number : null];
      }),
    );
  const factors = program.factors.map(({ id }) => id);
  return {
    customer,
    stage: fold.stageId,
    since: fold.since,
    ...numbers('factor', factors, (i) => fold.factors[i].scoreAt(asOf)),
    ...numbers('confidence', factors, (i) => fold.factors[i].confidenceAt(asOf)),
    ...numbers('metric', program.metricIds, (i) => fold.metrics[i].value(asOf)),
    signals: raisedSignals(evaluation).map(({ id }) => id),
    openPromises: fold.promises.list().length,
    openComplaints: fold.cases.openCount,
    touchpoints: fold.touchpoints,
    firstTouchpointAt: fold.firstTouchpointAt,
    lastTouchpointAt: fold.lastTouchpointAt,
  };
};

async function* relationshipRows(store: ReadingStore, view: ExportView): Batches {
  for await (const batch of everyone(store, view))
    yield batch.map(([customer, evaluation]) => relationshipRow(customer, evaluation));
}

const CHANGE_COLUMNS: readonly Column[] = [
  { name: 'customer', type: 'text' },
  { name: 'effectiveAt', type: 'instant' },
  { name: 'from', type: 'text' },
  { name: 'to', type: 'text' },
  { name: 'cause', type: 'text' },
  { name: 'touchpointSource', type: 'text' },
  { name: 'touchpointId', type: 'text' },
  { name: 'because', type: 'json' },
];

async function* changeRows(store: ReadingStore, view: ExportView): Batches {
  for await (const batch of everyone(store, view))
    yield batch.flatMap(([customer, { history }]) =>
      history.map(({ at, from, to, cause, touchpoint, because }) => ({
        customer,
        effectiveAt: at,
        from,
        to,
        cause,
        touchpointSource: touchpoint?.source,
        touchpointId: touchpoint?.id,
        because: because as unknown as readonly JsonObject[],
      })),
    );
}

const CANDIDATE_COLUMNS: readonly Column[] = [
  { name: 'customer', type: 'text' },
  { name: 'rank', type: 'integer' },
  { name: 'product', type: 'text' },
  { name: 'score', type: 'double' },
  { name: 'owners', type: 'integer' },
  { name: 'reasons', type: 'json' },
];

/** Nobody from whom the ruleset withholds candidates. */
async function* candidateRows(store: ReadingStore, view: ExportView): Batches {
  const rule = store.ruleset.crossSell;
  const crossSellStore = openSqliteCrossSellStore(store.files.crossSell, { mode: 'read' });
  try {
    const crossSell = await crossSellStore.load();
    const { asOf } = view;
    const options = { asOf, limit: CANDIDATES, exclude: rule?.exclude, onSale: rule?.onSale };
    for await (const batch of everyone(store, view))
      yield batch.flatMap(([customer, evaluation, touchpoints]) =>
        withheldBy(evaluation) !== undefined
          ? []
          : crossSell.candidates(ownedProducts(touchpoints, asOf), options).map((candidate) => ({
              customer,
              rank: candidate.rank,
              product: candidate.product,
              score: candidate.score,
              owners: candidate.owners,
              reasons: candidate.reasons as unknown as readonly JsonObject[],
            })),
      );
  } finally {
    await crossSellStore.close();
  }
}

/** What an export writes, all of it computed from the log. */
export const exportsOf = (store: ReadingStore, what: ExportWhat, view: ExportView): Export => {
  switch (what) {
    case 'touchpoints':
      return { columns: TOUCHPOINT_COLUMNS, rows: touchpointRows(store, view) };
    case 'relationships':
      return { columns: relationshipColumns(store), rows: relationshipRows(store, view) };
    case 'stage-changes':
      return { columns: CHANGE_COLUMNS, rows: changeRows(store, view) };
    case 'candidates':
      return { columns: CANDIDATE_COLUMNS, rows: candidateRows(store, view) };
  }
};
