import type { StoreOptions } from '@rapport/sqlite';

/**
 * One row a customer, with the whole basket (see basket.ts): a new order rewrites one small row, and everything is read in one pass
 * over the table. Numbers of products are 0, 1, 2, ... in order of arrival and are never given twice.
 */
const SCHEMA = `
  CREATE TABLE products (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE customers (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, basket BLOB NOT NULL) STRICT;
  CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), position TEXT NOT NULL) STRICT;
`;

/** Marks the files of this kind, and their version. */
export const CROSS_SELL_FILE: Pick<StoreOptions, 'applicationId' | 'version' | 'migrations'> = {
  applicationId: 0x5261_7058,
  version: 1,
  migrations: [SCHEMA],
};
