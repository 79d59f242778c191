import { compareCodeUnits } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import type { Checkpoint, FactorEvidence, ParkedCustomer, RelationshipSave, StoredRelationship } from '../read-model';
import { aheadWriter } from './ahead-writer';
import { historyWriter } from './history-writer';
import { ownedRows, type Rows } from './owned-rows';
import { recent } from './recent';

type RelationshipChange = Extract<RelationshipSave, { readonly kind: 'relationship' }>;

/** What the one writer knows to be stored of a customer. */
interface Known {
  readonly key: number;
  readonly relationship: StoredRelationship;
  readonly signals: Rows;
  readonly cases: Rows;
  readonly promises: Rows;
}

/** Customers kept in memory, some 2 KB each: who was active a moment ago is likely to be active again. */
const KNOWN_CUSTOMERS = 20_000;

export interface Saving {
  /** Within the caller's transaction. */
  save(changes: readonly RelationshipSave[], checkpoint: Checkpoint): void;
  /** What was last saved of a customer, if it is still known without looking. */
  known(customer: string): StoredRelationship | undefined;
  /** To be called when the transaction came to nothing. */
  forget(): void;
}

/**
 * Writes changes and the checkpoint. Statements are prepared once.
 *
 * @param once every customer is saved once, as when building: then none is kept in memory
 */
export const saving = (db: Database, once: boolean): Saving => {
  const knownCustomers = recent<string, Known>(once ? 0 : KNOWN_CUSTOMERS);
  const customers = customerWriter(db);
  const histories = historyWriter(db);
  const ahead = aheadWriter(db);
  const signalTable = ownedRows(db, 'raised_signals', ['signal', 'since']);
  const caseTable = ownedRows(db, 'cases', ['case_id', 'open', 'opened_at', 'body']);
  const promiseTable = ownedRows(db, 'promises', [
    'ordinal',
    'promise',
    'promise_key',
    'made_at',
    'deadline',
    'touchpoint_source',
    'touchpoint_id',
  ]);
  const insertParked = db.prepare('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)');
  const anyParked = db.prepare('SELECT 1 FROM parked LIMIT 1');
  const deleteParked = db.prepare('DELETE FROM parked WHERE customer = ?');
  const setCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?)');

  // `parked` is almost always empty: skip the delete for each customer then.
  let someParked = true;

  const relate = ({ relationship, history, cases, promises, dueAt }: RelationshipChange): void => {
    const { customer } = relationship;
    const before = knownCustomers.get(customer);
    const { key, isNew } = customers.put(relationship, before);
    histories.put(key, !isNew, history);
    const stored = isNew ? NO_ROWS : before;
    knownCustomers.set(customer, {
      key,
      relationship,
      signals: signalTable.put(key, stored?.signals, signalRows(relationship.signals)),
      cases: caseTable.put(key, stored?.cases, caseRows(cases)),
      promises: promiseTable.put(key, stored?.promises, promiseRows(promises)),
    });
    ahead.put(customer, dueAt);
    if (someParked) deleteParked.run(customer);
  };
  const park = ({ customer, reason, touchpoint, parkedAt }: ParkedCustomer): void => {
    someParked = true;
    insertParked.run(customer, reason, touchpoint?.source, touchpoint?.id, parkedAt);
  };
  const remove = (customer: string, dueAt: number | undefined): void => {
    deleteParked.run(customer);
    ahead.put(customer, dueAt);
    knownCustomers.delete(customer);
    const key = customers.remove(customer);
    if (key !== undefined) for (const table of [histories, signalTable, caseTable, promiseTable]) table.remove(key);
  };

  return {
    save: (changes, { position, ruleset, model, asOf }) => {
      someParked = anyParked.get() !== undefined;
      ahead.begin();
      for (const change of changes) {
        if (change.kind === 'relationship') relate(change);
        else if (change.kind === 'parked') park(change.parked);
        else if (change.kind === 'ahead') ahead.put(change.customer, change.dueAt);
        else remove(change.customer, change.dueAt);
      }
      setCheckpoint.run(position, ruleset, model, asOf);
    },
    known: (customer) => knownCustomers.get(customer)?.relationship,
    forget: knownCustomers.clear,
  };
};

const NO_ROWS: Pick<Known, 'signals' | 'cases' | 'promises'> = { signals: [], cases: [], promises: [] };

/** The customer's own row. */
const customerWriter = (db: Database) => {
  const find = db
    .prepare<[string], [key: number, stage: string]>('SELECT key, stage FROM customers WHERE customer = ?')
    .raw();
  const insert = db.prepare(
    `INSERT INTO customers (since, instant, next_review_at, touchpoints, first_touchpoint_at, last_touchpoint_at,
       factors, decided, state, stage, customer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE customers SET since = ?, instant = ?, next_review_at = ?, touchpoints = ?, first_touchpoint_at = ?,
       last_touchpoint_at = ?, factors = ?, decided = ?, state = ? WHERE key = ?`,
  );
  // Apart, because setting an indexed column writes the index even when nothing changes.
  const updateStage = db.prepare('UPDATE customers SET stage = ? WHERE key = ?');
  const remove = db.prepare('DELETE FROM customers WHERE key = ?');

  return {
    put: (one: StoredRelationship, before: Known | undefined): { readonly key: number; readonly isNew: boolean } => {
      const { since, instant, nextReviewAt, touchpoints, firstTouchpointAt, lastTouchpointAt, stage, customer } = one;
      const values = [
        since,
        instant,
        nextReviewAt,
        touchpoints,
        firstTouchpointAt,
        lastTouchpointAt,
        factorsJson(one.factors),
        JSON.stringify(one.decided),
        one.state,
      ];
      const found = before === undefined ? find.get(customer) : ([before.key, before.relationship.stage] as const);
      if (found === undefined) {
        values.push(stage, customer);
        return { key: Number(insert.run(values).lastInsertRowid), isNew: true };
      }
      const [key, storedStage] = found;
      values.push(key);
      update.run(values);
      if (storedStage !== stage) updateStage.run(stage, key);
      return { key, isNew: false };
    },
    /** The key that is free now; undefined for a customer that was not there. */
    remove: (customer: string): number | undefined => {
      const key = find.get(customer)?.[0];
      if (key === undefined) return undefined;
      remove.run(key);
      return key;
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

const signalRows = (signals: StoredRelationship['signals']) =>
  Object.keys(signals)
    .sort()
    .map((signal) => [signal, signals[signal]]);

const caseRows = (cases: RelationshipChange['cases']) =>
  [...cases]
    .sort((a, b) => compareCodeUnits(a.caseId, b.caseId))
    .map((one) => [one.caseId, one.open ? 1 : 0, one.openedAt, JSON.stringify(one)]);

const promiseRows = (promises: RelationshipChange['promises']) =>
  promises.map(({ id, key, madeAt, deadline, touchpoint }, ordinal) => [
    ordinal,
    id,
    key,
    madeAt,
    deadline,
    touchpoint.source,
    touchpoint.id,
  ]);
