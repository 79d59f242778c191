import type { ComplaintCase } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import type { CaseQuery, Checkpoint, FactorParameters, ReadModel } from '../read-model';
import { customerPages } from './customer-pages';
import { dueQueries } from './due-queries';
import {
  type IntervalRow,
  type ParkedRow,
  type PromiseRow,
  RELATIONSHIP_COLUMNS,
  type RelationshipRow,
  toInterval,
  toParked,
  toPromise,
  toRelationship,
} from './rows';
import { type Statements, statements, whereAll } from './statements';

type Queries = Omit<ReadModel, 'save' | 'close'>;

const NO_LIMIT = -1;

/** All that reads, on one connection. */
export const queries = (db: Database, factors: Readonly<Record<string, FactorParameters>>): Queries => {
  const prepared = statements(db);
  const one = db.prepare<[string], RelationshipRow>(
    `SELECT ${RELATIONSHIP_COLUMNS} FROM customers c WHERE c.customer = ?`,
  );
  const checkpoint = db.prepare<[], Checkpoint & { readonly asOf: number | null }>(
    'SELECT position, ruleset, model, as_of AS asOf FROM checkpoint',
  );
  const history = db.prepare<[string], IntervalRow>(
    `SELECT * FROM stage_intervals WHERE key = (SELECT key FROM customers WHERE customer = ?) ORDER BY entered_at`,
  );
  const populationNow = db
    .prepare<[], [string, number]>('SELECT stage, count(*) FROM customers GROUP BY stage ORDER BY stage')
    .raw();
  const populationAt = db
    .prepare<[number, number], [string, number]>(
      `SELECT stage, count(*) FROM stage_intervals
       WHERE entered_at <= ? AND (left_at IS NULL OR left_at > ?) GROUP BY stage ORDER BY stage`,
    )
    .raw();
  const flows = db.prepare<[number, number], { from: string | null; to: string; customers: number }>(
    `SELECT came_from AS "from", stage AS "to", count(*) AS customers FROM stage_intervals
     WHERE entered_at >= ? AND entered_at < ? GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const parked = db.prepare<[], ParkedRow>('SELECT * FROM parked ORDER BY customer');

  return {
    load: async (customers) =>
      customers.map((customer) => {
        const row = one.get(customer);
        return row === undefined ? undefined : toRelationship(row);
      }),
    checkpoint: async () => {
      const { asOf, ...stored } = checkpoint.get() ?? { asOf: null };
      if (!('position' in stored)) return undefined;
      return asOf === null ? stored : { ...stored, asOf };
    },
    customers: customerPages(prepared, factors),
    history: async (customer) => history.all(customer).map(toInterval),
    cases: async (query) => selectCases(prepared, query),
    promisesDue: async ({ before, customer, limit }) => {
      const where = [
        ...(before === undefined ? [] : ['deadline < :before']),
        ...(customer === undefined ? [] : ['key = (SELECT key FROM customers WHERE customer = :customer)']),
      ];
      return prepared<PromiseRow>(
        `SELECT customer, p.* FROM promises p JOIN customers USING (key) ${whereAll(where)}
         ORDER BY deadline, customer, ordinal LIMIT :limit`,
      )
        .all({ before, customer, limit: limit ?? NO_LIMIT })
        .map(toPromise);
    },
    population: async (at) => Object.fromEntries(at === undefined ? populationNow.all() : populationAt.all(at, at)),
    flows: async ({ from, to }) => flows.all(from, to),
    ...dueQueries(db),
    parked: async () => parked.all().map(toParked),
  };
};

const selectCases = (
  prepared: Statements,
  { customer, open, openedBefore, after, limit }: CaseQuery,
): readonly (ComplaintCase & { readonly customer: string })[] => {
  const where = [
    ...(customer === undefined ? [] : ['key = (SELECT key FROM customers WHERE customer = :customer)']),
    ...(open === undefined ? [] : ['open = :open']),
    ...(openedBefore === undefined ? [] : ['opened_at < :openedBefore']),
    // The first says what the second implies, for the index.
    ...(after === undefined
      ? []
      : ['opened_at >= :afterAt', '(opened_at, customer, case_id) > (:afterAt, :afterCustomer, :afterCase)']),
  ];
  return prepared<{ readonly customer: string; readonly body: string }>(
    `SELECT customer, body FROM cases JOIN customers USING (key) ${whereAll(where)}
     ORDER BY opened_at, customer, case_id LIMIT :limit`,
  )
    .all({
      customer,
      open: open ? 1 : 0,
      openedBefore,
      afterAt: after?.openedAt,
      afterCustomer: after?.customer,
      afterCase: after?.caseId,
      limit: limit ?? NO_LIMIT,
    })
    .map((row) => ({ ...(JSON.parse(row.body) as ComplaintCase), customer: row.customer }));
};
