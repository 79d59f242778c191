import { setImmediate as nextTurn } from 'node:timers/promises';
import { customerBucket } from '@rapport/domain';
import { asStoreError, type Store, StoreError } from '@rapport/sqlite';
import type { IntegrityProgress, IntegrityReport } from '../auditable';
import { categoryOf, subjectOf } from '../event-log';
import { type IntegrityCheck, integrityCheck } from '../integrity-check';
import { encodePosition } from './position';

const POSITIONS_PER_PAGE = 2_000;
const STREAMS_PER_PAGE = 20_000;

type EventRow = [
  position: number,
  revision: number,
  recordedAt: number,
  hash: Buffer,
  source: string,
  id: string,
  stream: string,
  type: string,
  version: number,
  occurredAt: number,
  staff: string | null,
  correlationId: string | null,
  data: string,
];

/** Verifies a log file; damage to the file itself ends up in the report, too. See `Auditable.verifyIntegrity`. */
export const verifyStore = async (
  store: Store,
  onProgress?: (progress: IntegrityProgress) => void,
): Promise<IntegrityReport> => {
  const check = integrityCheck(encodePosition);
  try {
    await checkEvents(store, check, onProgress);
    await checkStreams(store, check);
    for (const row of store.db.pragma('integrity_check(20)') as { readonly integrity_check: string }[]) {
      if (row.integrity_check !== 'ok') check.problem(`SQLite: ${row.integrity_check}.`);
    }
  } catch (error) {
    const known = asStoreError(error, store.path);
    if (!(known instanceof StoreError) || known.kind !== 'damaged') throw known;
    check.problem(known.message);
  }
  return check.report();
};

const checkEvents = async (
  { db }: Store,
  check: IntegrityCheck,
  onProgress?: (progress: IntegrityProgress) => void,
): Promise<void> => {
  // Dictionaries are joined loosely: a number without a name gives null, and null a hash that is not the recorded one.
  const events = db
    .prepare<[number, number], EventRow>(
      `SELECT e.position, e.revision, e.recorded_at, e.hash, sources.name, e.id, streams.name, types.name, e.version,
              e.occurred_at, e.staff, e.correlation_id, e.data
       FROM events e LEFT JOIN sources ON sources.no = e.source LEFT JOIN types ON types.no = e.type
         LEFT JOIN streams ON streams.no = e.stream
       WHERE e.position > ? AND e.position <= ? ORDER BY e.position`,
    )
    .raw();
  const commits = db
    .prepare<[number, number], [number, Buffer]>(
      'SELECT last_position, chain FROM commits WHERE last_position > ? AND last_position <= ? ORDER BY last_position',
    )
    .raw();
  // What is committed meanwhile is not part of this check.
  const total = db
    .prepare(
      'SELECT max(ifnull((SELECT max(position) FROM events), 0), ifnull((SELECT max(last_position) FROM commits), 0))',
    )
    .pluck()
    .get() as number;

  for (let done = 0; done < total; done += POSITIONS_PER_PAGE) {
    const end = Math.min(total, done + POSITIONS_PER_PAGE);
    const links = commits.all(done, end);
    let next = 0;
    const commitUpTo = (position: number): void => {
      for (let link = links[next]; link !== undefined && link[0] <= position; link = links[++next])
        check.commit(link[0], link[1]);
    };
    for (const row of events.all(done, end)) {
      const [position, revision, recordedAt, hash, source, id, stream, type] = row;
      const [, , , , , , , , version, occurredAt, staff, correlationId, data] = row;
      commitUpTo(position - 1);
      const content = { source, id, type, version, occurredAt, staff, correlationId };
      check.event({ position, revision, recordedAt, hash }, stream, content, data);
    }
    commitUpTo(end);
    onProgress?.({ done: end, total });
    await nextTurn();
  }
};

/** Revisions without gaps, and streams filed where readers look for them. */
const checkStreams = async ({ db }: Store, check: IntegrityCheck): Promise<void> => {
  const streams = db
    .prepare<[number, number], [string, string | null, number, number, number]>(
      `SELECT s.name, categories.name, s.bucket,
              (SELECT count(*) FROM events WHERE stream = s.no), (SELECT max(revision) FROM events WHERE stream = s.no)
       FROM streams s LEFT JOIN categories ON categories.no = s.category WHERE s.no > ? AND s.no <= ?`,
    )
    .raw();
  const last = Number(db.prepare('SELECT max(no) FROM streams').pluck().get() ?? 0);
  for (let seen = 0; seen < last; seen += STREAMS_PER_PAGE) {
    for (const [name, category, bucket, events, revision] of streams.all(seen, seen + STREAMS_PER_PAGE)) {
      if (events !== revision + 1)
        check.problem(
          `Stream ${name} has ${events} event${events === 1 ? '' : 's'}, its last revision is ${revision}.`,
        );
      if (category !== categoryOf(name) || bucket !== customerBucket(subjectOf(name))) {
        check.problem(`Stream ${name} is filed under category ${category}, bucket ${bucket}, where readers miss it.`);
      }
    }
    await nextTurn();
  }
};
