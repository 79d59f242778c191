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
import { foldable, type RelationshipAt, replay, unitedIn, unitedStreams, withheldBy } from '@rapport/engine';
import { subjectOf } from '@rapport/event-log';
import type { Column, Row } from '@rapport/files';
import { openCrossSellStore } from '@rapport/read-model';
import { pulled } from './pulled';
import { relationshipColumns, relationshipRow } from './relationship-rows';

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

type Batches = AsyncGenerator<readonly Row[]>;

/** The number of ranges in which streams are read, to keep batches small. */
const RANGES = 64;
const CANDIDATES = 10;

const isKnown =
  ({ asOf, knownAt = Number.POSITIVE_INFINITY }: ExportView) =>
  ({ occurredAt, recordedAt }: Pick<Touchpoint, 'occurredAt' | 'recordedAt'>): boolean =>
    occurredAt <= asOf && recordedAt <= knownAt;

/**
 * Every customer, merged ones under their survivor, folded from the log, range by range, with the
 * touchpoints that count; who cannot be folded is left out.
 */
async function* everyone(
  { log, files, program }: ReadingStore,
  view: ExportView,
): AsyncGenerator<
  readonly (readonly [customer: string, evaluation: Evaluation, touchpoints: readonly Touchpoint[]])[]
> {
  const histories = unitedStreams(await unitedIn(files.eventLog, view));
  for (const buckets of bucketRanges(RANGES))
    for await (const page of histories(log, { buckets })) {
      yield page.flatMap(({ stream, events }) => {
        const customer = subjectOf(stream);
        try {
          const touchpoints = foldable(events.filter(isKnown(view))).map((event) => ({ ...event, customer }));
          const evaluation = evaluate(program, touchpoints, view);
          return evaluation.fold.stageId === null ? [] : [[customer, evaluation, touchpoints] as const];
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
      yield page.filter(isKnown(view)).map((event) => ({
        ...toCloudEvent({ ...event, customer: subjectOf(event.stream) }),
        time: event.occurredAt,
        recordedtime: event.recordedAt,
      }));
}

/** Folded by the replay, which hands over each customer; one thread is enough beside the one that writes. */
async function* relationshipRows({ files, ruleset }: ReadingStore, view: ExportView, signal: AbortSignal): Batches {
  const pages = pulled<readonly RelationshipAt[]>(
    (onRelationships, stop) => replay({ log: files.eventLog, ruleset, ...view, signal: stop, onRelationships }),
    signal,
  );
  for await (const page of pages) yield page.map(relationshipRow);
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

/** Customers from whom the ruleset withholds candidates are left out. */
async function* candidateRows(store: ReadingStore, view: ExportView): Batches {
  const rule = store.ruleset.crossSell;
  const crossSellStore = await openCrossSellStore(store.files.crossSellStore, { mode: 'read' });
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

/**
 * The rows of an export, all computed from the log under the store's ruleset.
 *
 * @param store may be given another ruleset and program than those in force
 */
export const exportsOf = (store: ReadingStore, what: ExportWhat, view: ExportView, signal: AbortSignal): Export => {
  switch (what) {
    case 'touchpoints':
      return { columns: TOUCHPOINT_COLUMNS, rows: touchpointRows(store, view) };
    case 'relationships':
      return { columns: relationshipColumns(store.program), rows: relationshipRows(store, view, signal) };
    case 'stage-changes':
      return { columns: CHANGE_COLUMNS, rows: changeRows(store, view) };
    case 'candidates':
      return { columns: CANDIDATE_COLUMNS, rows: candidateRows(store, view) };
  }
};
