import { compareCodeUnits } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import type { Checkpoint, FactorEvidence, ParkedCustomer, RelationshipSave, StoredRelationship } from '../read-model';
import { historyWriter } from './history-writer';
import { ownedRows } from './owned-rows';

type RelationshipChange = Extract<RelationshipSave, { readonly kind: 'relationship' }>;

/** Writes changes and the checkpoint within the caller's transaction. Statements are prepared once. */
export const saving = (db: Database): ((changes: readonly RelationshipSave[], checkpoint: Checkpoint) => void) => {
  const customers = customerWriter(db);
  const history = historyWriter(db);
  const signals = ownedRows(db, 'raised_signals', ['signal', 'since']);
  const cases = ownedRows(db, 'cases', ['case_id', 'open', 'opened_at', 'body']);
  const promises = ownedRows(db, 'promises', [
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
  const setCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?)');

  // Nearly always nobody is; then nobody needs to be looked for.
  let someParked = true;

  const relate = (change: RelationshipChange): void => {
    const { key, known } = customers.put(change.relationship);
    history.put(key, known, change.history);
    signals.put(key, known, signalRows(change.relationship.signals));
    cases.put(key, known, caseRows(change.cases));
    promises.put(key, known, promiseRows(change.promises));
    if (someParked) deleteParked.run(change.relationship.customer);
  };
  const park = ({ customer, reason, touchpoint, parkedAt }: ParkedCustomer): void => {
    someParked = true;
    insertParked.run(customer, reason, touchpoint?.source, touchpoint?.id, parkedAt);
  };
  const remove = (customer: string): void => {
    deleteParked.run(customer);
    const key = customers.remove(customer);
    if (key !== undefined) for (const table of [history, signals, cases, promises]) table.remove(key);
  };

  return (changes, { position, ruleset }) => {
    someParked = anyParked.get() !== undefined;
    for (const change of changes) {
      if (change.kind === 'relationship') relate(change);
      else if (change.kind === 'parked') park(change.parked);
      else remove(change.customer);
    }
    setCheckpoint.run(position, ruleset);
  };
};

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
    put: (one: StoredRelationship): { readonly key: number; readonly known: boolean } => {
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
      const found = find.get(customer);
      if (found === undefined) {
        values.push(stage, customer);
        return { key: Number(insert.run(values).lastInsertRowid), known: false };
      }
      const key = found[0];
      values.push(key);
      update.run(values);
      if (found[1] !== stage) updateStage.run(stage, key);
      return { key, known: true };
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
