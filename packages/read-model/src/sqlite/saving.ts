import { compareCodeUnits } from '@rapport/domain';
import type { Database, Statement } from 'better-sqlite3';
import type { Checkpoint, FactorEvidence, ParkedCustomer, RelationshipSave, StoredRelationship } from '../read-model';
import { type AheadWriter, aheadWriter } from './ahead-writer';
import { historyWriter } from './history-writer';
import { type OwnedRows, ownedRows, type Rows } from './owned-rows';
import { type Recent, recent } from './recent';

type RelationshipChange = Extract<RelationshipSave, { readonly kind: 'relationship' }>;

/** What the one writer knows to be stored of a customer. */
interface Known {
  readonly key: number;
  readonly relationship: StoredRelationship;
  readonly signals: Rows;
  readonly cases: Rows;
  readonly promises: Rows;
}

/** Customers kept in memory, some 2 KB each: a customer who was just active is likely to be active again. */
const KNOWN_CUSTOMERS = 20_000;

/** Writes changes and the checkpoint. It holds all statements of the one writer. */
export class Saving {
  private readonly customers: CustomerTable;
  private readonly histories: ReturnType<typeof historyWriter>;
  private readonly ahead: AheadWriter;
  private readonly signals: OwnedRows;
  private readonly cases: OwnedRows;
  private readonly promises: OwnedRows;
  private readonly parked: ParkedTable;
  private readonly setCheckpoint: Statement;
  private readonly recent: Recent<string, Known>;

  /** @param once every customer is saved once, as when building: then none is kept in memory */
  constructor(db: Database, once: boolean) {
    this.recent = recent(once ? 0 : KNOWN_CUSTOMERS);
    this.customers = new CustomerTable(db);
    this.histories = historyWriter(db);
    this.ahead = aheadWriter(db);
    this.signals = ownedRows(db, 'raised_signals', ['signal', 'since']);
    this.cases = ownedRows(db, 'cases', ['case_id', 'open', 'opened_at', 'body']);
    this.promises = ownedRows(db, 'promises', [
      'ordinal',
      'promise',
      'promise_key',
      'made_at',
      'deadline',
      'touchpoint_source',
      'touchpoint_id',
    ]);
    this.parked = new ParkedTable(db);
    this.setCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?)');
  }

  /** Within the caller's transaction. */
  save(changes: readonly RelationshipSave[], { position, ruleset, model, asOf }: Checkpoint): void {
    this.parked.begin();
    this.ahead.begin();
    for (const change of changes) this.apply(change);
    this.setCheckpoint.run(position, ruleset, model, asOf);
  }

  /** What was last saved of a customer, if it is still known without looking. */
  known(customer: string): StoredRelationship | undefined {
    return this.recent.get(customer)?.relationship;
  }

  /** To be called when the transaction was rolled back. */
  forget(): void {
    this.recent.clear();
  }

  // Not by ts-pattern: a rebuild comes here for every customer.
  private apply(change: RelationshipSave): void {
    switch (change.kind) {
      case 'relationship':
        this.relate(change);
        break;
      case 'parked':
        this.parked.put(change.parked);
        break;
      case 'ahead':
        this.ahead.put(change.customer, change.dueAt);
        break;
      case 'removed':
        this.remove(change.customer, change.dueAt);
        break;
      default:
        throw new TypeError(
          `This change cannot be saved, its kind is unknown: ${JSON.stringify(change satisfies never)}`,
        );
    }
  }

  private relate({ relationship, history, cases, promises, dueAt }: RelationshipChange): void {
    const { customer } = relationship;
    const before = this.recent.get(customer);
    const { key, isNew } = this.customers.put(relationship, before);
    this.histories.put(key, !isNew, history);
    const stored = isNew ? NO_ROWS : before;
    this.recent.set(customer, {
      key,
      relationship,
      signals: this.signals.put(key, stored?.signals, signalRows(relationship.signals)),
      cases: this.cases.put(key, stored?.cases, caseRows(cases)),
      promises: this.promises.put(key, stored?.promises, promiseRows(promises)),
    });
    this.ahead.put(customer, dueAt);
    this.parked.removeIfAny(customer);
  }

  private remove(customer: string, dueAt: number | undefined): void {
    this.parked.remove(customer);
    this.ahead.put(customer, dueAt);
    this.recent.delete(customer);
    const key = this.customers.remove(customer);
    if (key === undefined) return;
    for (const table of [this.histories, this.signals, this.cases, this.promises]) table.remove(key);
  }
}

const NO_ROWS: Pick<Known, 'signals' | 'cases' | 'promises'> = { signals: [], cases: [], promises: [] };

/** Parked customers. The table is almost always empty: the delete for each customer is skipped then. */
class ParkedTable {
  private readonly any: Statement;
  private readonly insert: Statement;
  private readonly delete: Statement;
  private some = true;

  constructor(db: Database) {
    this.any = db.prepare('SELECT 1 FROM parked LIMIT 1');
    this.insert = db.prepare('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)');
    this.delete = db.prepare('DELETE FROM parked WHERE customer = ?');
  }

  /** To be called before the first change of each transaction. */
  begin(): void {
    this.some = this.any.get() !== undefined;
  }

  put({ customer, reason, touchpoint, parkedAt }: ParkedCustomer): void {
    this.some = true;
    this.insert.run(customer, reason, touchpoint?.source, touchpoint?.id, parkedAt);
  }

  removeIfAny(customer: string): void {
    if (this.some) this.remove(customer);
  }

  remove(customer: string): void {
    this.delete.run(customer);
  }
}

/** The customer's own row. */
class CustomerTable {
  private readonly find: Statement<[string], [key: number, stage: string]>;
  private readonly insert: Statement;
  private readonly update: Statement;
  private readonly updateStage: Statement;
  private readonly delete: Statement;

  constructor(db: Database) {
    this.find = db
      .prepare<[string], [key: number, stage: string]>('SELECT key, stage FROM customers WHERE customer = ?')
      .raw();
    this.insert = db.prepare(
      `INSERT INTO customers (since, instant, next_review_at, touchpoints, first_touchpoint_at, last_touchpoint_at,
         factors, decided, state, stage, customer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.update = db.prepare(
      `UPDATE customers SET since = ?, instant = ?, next_review_at = ?, touchpoints = ?, first_touchpoint_at = ?,
         last_touchpoint_at = ?, factors = ?, decided = ?, state = ? WHERE key = ?`,
    );
    // Apart, because setting an indexed column writes the index even when nothing changes.
    this.updateStage = db.prepare('UPDATE customers SET stage = ? WHERE key = ?');
    this.delete = db.prepare('DELETE FROM customers WHERE key = ?');
  }

  put(one: StoredRelationship, before: Known | undefined): { readonly key: number; readonly isNew: boolean } {
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
    const found = before === undefined ? this.find.get(customer) : ([before.key, before.relationship.stage] as const);
    if (found === undefined) {
      values.push(stage, customer);
      return { key: Number(this.insert.run(values).lastInsertRowid), isNew: true };
    }
    const [key, storedStage] = found;
    values.push(key);
    this.update.run(values);
    if (storedStage !== stage) this.updateStage.run(stage, key);
    return { key, isNew: false };
  }

  /** The key that is free now; undefined for a customer that was not there. */
  remove(customer: string): number | undefined {
    const key = this.find.get(customer)?.[0];
    if (key !== undefined) this.delete.run(key);
    return key;
  }
}

/** `{factor: [for, against, at]}`: half the size of the objects, and it is read on every scan. */
const factorsJson = (factors: Readonly<Record<string, FactorEvidence>>): string => {
  const compact: Record<string, readonly [number, number, number]> = {};
  for (const factor in factors) {
    const evidence = factors[factor]!;
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
