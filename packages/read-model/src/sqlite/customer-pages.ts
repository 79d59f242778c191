import type { CustomerPage, CustomerQuery, FactorParameters } from '../read-model';
import { RELATIONSHIP_COLUMNS, type RelationshipRow, toRelationship } from './rows';
import { type Statements, whereAll } from './statements';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** Pages of customers in order of id; the filters are conditions of one statement. */
export const customerPages =
  (prepared: Statements, factors: Readonly<Record<string, FactorParameters>>) =>
  async (query: CustomerQuery): Promise<CustomerPage> => {
    const limit = query.limit ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      throw new RangeError(`A page has 1 to ${MAX_LIMIT} customers, not ${limit}.`);
    const { where, values } = filters(query, factors);
    const rows = prepared<RelationshipRow>(
      `SELECT ${RELATIONSHIP_COLUMNS} FROM customers c ${whereAll(where)} ORDER BY c.customer LIMIT :limit`,
    ).all({ ...values, limit: limit + 1 });
    const customers = rows.slice(0, limit).map(toRelationship);
    return rows.length > limit ? { customers, next: customers.at(-1)?.customer } : { customers };
  };

const filters = ({ stage, signal, factor, text, after }: CustomerQuery, factors: Record<string, FactorParameters>) => {
  const where: string[] = [];
  const values: Record<string, unknown> = {};
  const demand = (condition: string, given: Readonly<Record<string, unknown>>): void => {
    where.push(condition);
    Object.assign(values, given);
  };
  if (stage !== undefined) demand('c.stage = :stage', { stage });
  if (signal !== undefined) demand('c.key IN (SELECT key FROM raised_signals WHERE signal = :signal)', { signal });
  // Not LIKE: nothing in the text is special then, whatever its length.
  if (text !== undefined) demand('instr(lower(c.customer), lower(:text)) > 0', { text });
  if (after !== undefined) demand('c.customer > :after', { after });
  if (factor !== undefined) {
    const score = scoreOf(factor.id, factor.at, factors);
    Object.assign(values, score.values);
    if (factor.atLeast !== undefined) demand(`${score.sql} >= :atLeast`, { atLeast: factor.atLeast });
    if (factor.atMost !== undefined) demand(`${score.sql} <= :atMost`, { atMost: factor.atMost });
  }
  return { where, values };
};

/**
 * The score of a factor at an instant (MODEL, section 2): 100 (a + P d) / (a + b + (P + N) d) with
 * d = 2^(-(at - u) / halfLife) for evidence that stood at u. Without evidence it is the prior's.
 */
const scoreOf = (id: string, at: number, factors: Readonly<Record<string, FactorParameters>>) => {
  const parameters = factors[id];
  if (parameters === undefined)
    throw new RangeError(`There is no factor "${id}" in the ruleset; it has ${Object.keys(factors).join(', ')}.`);
  const part = (index: number): string => `coalesce(json_extract(c.factors, :factor${index}), 0)`;
  const decay = `pow(2, -max(0, :at - ${part(2)}) / :halfLife)`;
  const path = `$.${JSON.stringify(id)}`;
  return {
    sql: `100 * (:a + ${part(0)} * ${decay}) / (:a + :b + (${part(0)} + ${part(1)}) * ${decay})`,
    values: {
      factor0: `${path}[0]`,
      factor1: `${path}[1]`,
      factor2: `${path}[2]`,
      at,
      halfLife: parameters.halfLife,
      a: parameters.prior[0],
      b: parameters.prior[1],
    },
  };
};
