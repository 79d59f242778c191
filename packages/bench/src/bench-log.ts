import { type AppendRequest, type CompleteEventLog, customerStream, openEventLog } from '@rapport/event-log';
import { isRight } from 'fp-ts/Either';
import { type BareStore, createBareStore, type RowReader, rowReader } from './bare-store';
import { expectEqual, type Figure, median, perSecond, timed } from './figure';
import type { Workload } from './workload';

const GROUP = 1_000;
const CALLERS = 16;
const PER_APPEND = 10;
const ROUNDS = 100;

const requestOf = ({ customer, ...event }: ReturnType<Workload['slice']>[number]): AppendRequest => ({
  stream: customerStream(customer),
  expected: 'any',
  events: [event],
});

/** Log and bare driver in turn, group by group: what disturbs the machine disturbs both. */
export const benchLog = async (
  paths: { readonly log: string; readonly bare: string },
  workload: Workload,
  onProgress: (done: number) => void,
): Promise<readonly Figure[]> => {
  const log = await openEventLog({ kind: 'sqlite', path: paths.log }, { mode: 'write' });
  const rows = rowReader(paths.log);
  const bare = createBareStore(paths.bare, paths.log);
  const figures = [
    await benchImport(log, bare, rows, workload, onProgress),
    await benchAppends(log, bare, rows, workload.lines.length),
  ];
  rows.close();
  bare.close();
  await log.close();
  return figures;
};

const benchImport = async (
  log: CompleteEventLog,
  bare: BareStore,
  rows: RowReader,
  workload: Workload,
  onProgress: (done: number) => void,
): Promise<Figure> => {
  let ours = 0;
  let reference = 0;
  let recorded = 0;
  const total = workload.lines.length;
  for (let from = 0; from < total; from += GROUP) {
    const touchpoints = workload.slice(from, Math.min(from + GROUP, total));
    const { result, ms } = await timed(() => log.appendMany(touchpoints.map(requestOf)));
    ours += ms;
    for (const one of result) if (isRight(one)) recorded += one.right.recorded;
    const copied = rows.next();
    bare.name(copied.names);
    reference += (await timed(() => bare.insert(copied))).ms;
    onProgress(from + touchpoints.length);
  }
  const count = bare.db.prepare<[], number>('SELECT count(*) FROM events').pluck().get();
  return {
    name: `import, durable groups of ${GROUP}, against bare inserts`,
    value: reference / ours,
    unit: 'ratio',
    required: { atLeast: 0.6 },
    ours: perSecond(total, ours),
    reference: perSecond(total, reference),
    check: 'every touchpoint is recorded once, in both stores',
    wrong: [
      ...expectEqual('recorded', recorded, total),
      ...expectEqual('events in the log', (await log.count()).events, total),
      ...expectEqual('rows beside it', count, total),
    ],
  };
};

/** Each round: sixteen callers at once append ten touchpoints each, and wait until they are durable. */
const benchAppends = async (
  log: CompleteEventLog,
  bare: BareStore,
  rows: RowReader,
  before: number,
): Promise<Figure> => {
  const ours: number[] = [];
  const reference: number[] = [];
  const request = (round: number, caller: number) =>
    Array.from({ length: PER_APPEND }, (_, i) => ({
      source: 'bench',
      id: `${round}-${caller}-${i}`,
      type: 'product.viewed',
      version: 1,
      occurredAt: 1_782_000_000_000 + round,
      data: { productId: `P${caller}${i}`, category: 'garden', price: 12.5 + i },
    }));
  for (let round = 0; round < ROUNDS; round++) {
    const batches = Array.from({ length: CALLERS }, (_, caller) => request(round, caller));
    const work = () =>
      Promise.all(batches.map((events, caller) => log.append(customerStream(`b-${caller}`), 'any', events)));
    ours.push((await timed(work)).ms);
    const copied = rows.next();
    bare.name(copied.names);
    // The driver has no group commit: each append is made durable by itself, one after another.
    const transactions = batches.map((_, caller) => ({
      events: copied.events.slice(caller * PER_APPEND, (caller + 1) * PER_APPEND),
      streams: caller === 0 ? copied.streams : [],
      commits: caller === 0 ? copied.commits : [],
    }));
    reference.push(
      (
        await timed(() => {
          for (const one of transactions) bare.insert(one);
        })
      ).ms,
    );
  }
  const appended = ROUNDS * CALLERS * PER_APPEND;
  return {
    name: `appends of ${PER_APPEND}, each durable, ${CALLERS} callers, against bare inserts`,
    value: median(reference) / median(ours),
    unit: 'ratio',
    required: { atLeast: 0.6 },
    ours: perSecond(CALLERS * PER_APPEND, median(ours)),
    reference: perSecond(CALLERS * PER_APPEND, median(reference)),
    check: 'every appended touchpoint is in the log',
    wrong: expectEqual('events in the log', (await log.count()).events, before + appended),
  };
};
