import type { Database } from 'better-sqlite3';
import type { Checkpoint, FactorEvidence, ParkedCustomer, RelationshipSave } from '../read-model';

type RelationshipChange = Extract<RelationshipSave, { readonly kind: 'relationship' }>;

/** Writes changes and the checkpoint within the caller's transaction. Statements are prepared once. */
export const saving = (db: Database): ((changes: readonly RelationshipSave[], checkpoint: Checkpoint) => void) => {
  const write = writers(db);
  return (changes, checkpoint) => {
    for (const change of changes) {
      if (change.kind === 'relationship') write.relationship(change);
      else if (change.kind === 'parked') write.park(change.parked);
      else write.remove(change.customer);
    }
    write.checkpoint(checkpoint);
  };
};

const writers = (db: Database) => {
  const keyOf = db.prepare<[string], number>('SELECT key FROM customers WHERE customer = ?').pluck();
  const insertCustomer = db.prepare(
    `INSERT INTO customers (stage, since, instant, next_review_at, touchpoints, first_touchpoint_at,
       last_touchpoint_at, factors, customer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateCustomer = db.prepare(
    `UPDATE customers SET stage = ?, since = ?, instant = ?, next_review_at = ?, touchpoints = ?,
       first_touchpoint_at = ?, last_touchpoint_at = ?, factors = ? WHERE key = ?`,
  );
  const insertState = db.prepare('INSERT INTO states (state, decided, key) VALUES (?, ?, ?)');
  const updateState = db.prepare('UPDATE states SET state = ?, decided = ? WHERE key = ?');
  const insertSignal = db.prepare('INSERT INTO raised_signals (key, signal, since) VALUES (?, ?, ?)');
  const insertInterval = db.prepare('INSERT INTO stage_intervals VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const deleteIntervalsFrom = db.prepare('DELETE FROM stage_intervals WHERE key = ? AND entered_at >= ?');
  const endOpenInterval = db.prepare(
    'UPDATE stage_intervals SET left_at = ? WHERE key = ? AND (left_at IS NULL OR left_at > ?)',
  );
  const insertCase = db.prepare('INSERT INTO cases VALUES (?, ?, ?, ?, ?)');
  const insertPromise = db.prepare('INSERT INTO promises VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const [deleteCustomer, deleteState, deleteSignals, deleteIntervals, deleteCases, deletePromises] = [
    'customers',
    'states',
    'raised_signals',
    'stage_intervals',
    'cases',
    'promises',
  ].map((table) => db.prepare(`DELETE FROM ${table} WHERE key = ?`));
  const insertParked = db.prepare('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)');
  const deleteParked = db.prepare('DELETE FROM parked WHERE customer = ?');
  const setCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?)');

  /** The row of the customer itself, and her key. */
  const customerRow = ({ relationship }: RelationshipChange): { readonly key: number; readonly known: boolean } => {
    const found = keyOf.get(relationship.customer);
    const row = [
      relationship.stage,
      relationship.since,
      relationship.instant,
      relationship.nextReviewAt,
      relationship.touchpoints,
      relationship.firstTouchpointAt,
      relationship.lastTouchpointAt,
      factorsJson(relationship.factors),
      found ?? relationship.customer,
    ];
    if (found !== undefined) {
      updateCustomer.run(row);
      return { key: found, known: true };
    }
    return { key: Number(insertCustomer.run(row).lastInsertRowid), known: false };
  };

  const makeRoom = (key: number, { mode, intervals }: RelationshipChange['history']): void => {
    deleteSignals.run(key);
    deleteCases.run(key);
    deletePromises.run(key);
    if (mode === 'replace') deleteIntervals.run(key);
    else if (intervals.length > 0) {
      deleteIntervalsFrom.run(key, intervals[0].from);
      endOpenInterval.run(intervals[0].from, key, intervals[0].from);
    }
  };

  return {
    relationship: (change: RelationshipChange): void => {
      const { relationship, history, cases, promises } = change;
      const { key, known } = customerRow(change);
      (known ? updateState : insertState).run(relationship.state, JSON.stringify(relationship.decided), key);
      if (known) makeRoom(key, history);
      for (const signal in relationship.signals) insertSignal.run(key, signal, relationship.signals[signal]);
      for (const { from, to, stage, cause, touchpoint, because } of history.intervals) {
        insertInterval.run(key, from, to, stage, cause, touchpoint?.source, touchpoint?.id, JSON.stringify(because));
      }
      for (const one of cases) insertCase.run(key, one.caseId, one.open ? 1 : 0, one.openedAt, JSON.stringify(one));
      for (let i = 0; i < promises.length; i++) {
        const { id, key: promiseKey, madeAt, deadline, touchpoint } = promises[i];
        insertPromise.run(key, i, id, promiseKey, madeAt, deadline, touchpoint.source, touchpoint.id);
      }
      deleteParked.run(relationship.customer);
    },
    park: ({ customer, reason, touchpoint, parkedAt }: ParkedCustomer): void => {
      insertParked.run(customer, reason, touchpoint?.source, touchpoint?.id, parkedAt);
    },
    remove: (customer: string): void => {
      deleteParked.run(customer);
      const key = keyOf.get(customer);
      if (key === undefined) return;
      for (const table of [deleteSignals, deleteIntervals, deleteCases, deletePromises, deleteState, deleteCustomer]) {
        table.run(key);
      }
    },
    checkpoint: ({ position, ruleset }: Checkpoint): void => {
      setCheckpoint.run(position, ruleset);
    },
  };
};

/** `{factor: [for, against, at]}`: half the size of the objects, and it is read on every scan. */
const factorsJson = (factors: Readonly<Record<string, FactorEvidence>>): string => {
  const compact: Record<string, readonly [number, number, number]> = {};
  for (const factor in factors) {
    const evidence = factors[factor];
    compact[factor] = [evidence.for, evidence.against, evidence.at];
  }
  return JSON.stringify(compact);
};
