import type { Database, Statement } from 'better-sqlite3';

export const whereAll = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** Prepares each text once. The texts are combinations of a few fixed parts, so they stay few. */
export type Statements = <Row>(sql: string) => Statement<[Readonly<Record<string, unknown>>], Row>;

export const statements = (db: Database): Statements => {
  const known = new Map<string, Statement>();
  return <Row>(sql: string) => {
    const statement = known.get(sql) ?? db.prepare(sql);
    known.set(sql, statement);
    return statement as Statement<[Readonly<Record<string, unknown>>], Row>;
  };
};
