import type { Migration } from '@rapport/sqlite';

/** `PRAGMA application_id` of read models. */
export const APPLICATION_ID = 0x5261_7002;
/** The same of a model that is still being built: not yet to be opened by anyone. */
export const UNFINISHED_ID = 0x5261_7082;

/**
 * Version 1. A customer has a small integer key in all tables. What is looked for stands in columns; what is only
 * handed back stands as JSON.
 */
const VERSION_1 = `
CREATE TABLE checkpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  position TEXT NOT NULL,
  ruleset TEXT NOT NULL
) STRICT;

CREATE TABLE customers (
  key INTEGER PRIMARY KEY,
  customer TEXT NOT NULL UNIQUE,
  stage TEXT NOT NULL,
  since INTEGER NOT NULL,
  instant INTEGER NOT NULL,
  next_review_at INTEGER,
  touchpoints INTEGER NOT NULL,
  first_touchpoint_at INTEGER NOT NULL,
  last_touchpoint_at INTEGER NOT NULL,
  factors TEXT NOT NULL -- {factor: [for, against, at]}
) STRICT;
CREATE INDEX customers_by_stage ON customers (stage, customer);
CREATE INDEX customers_by_review ON customers (next_review_at) WHERE next_review_at IS NOT NULL;

CREATE TABLE states (
  key INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  decided TEXT NOT NULL
) STRICT;

CREATE TABLE raised_signals (
  key INTEGER NOT NULL,
  signal TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (key, signal)
) STRICT, WITHOUT ROWID;
CREATE INDEX raised_signals_by_signal ON raised_signals (signal);

CREATE TABLE stage_intervals (
  key INTEGER NOT NULL,
  entered_at INTEGER NOT NULL,
  left_at INTEGER,
  stage TEXT NOT NULL,
  cause TEXT NOT NULL,
  touchpoint_source TEXT,
  touchpoint_id TEXT,
  because TEXT NOT NULL,
  PRIMARY KEY (key, entered_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_intervals_by_time ON stage_intervals (entered_at, left_at, stage);

CREATE TABLE cases (
  key INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  open INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (key, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_by_opening ON cases (open, opened_at);

CREATE TABLE promises (
  key INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  promise TEXT NOT NULL,
  promise_key TEXT,
  made_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  touchpoint_source TEXT NOT NULL,
  touchpoint_id TEXT NOT NULL,
  PRIMARY KEY (key, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX promises_by_deadline ON promises (deadline);

CREATE TABLE parked (
  customer TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  touchpoint_source TEXT,
  touchpoint_id TEXT,
  parked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * Version 2: an interval knows the stage before it, so that flows need no second look at every customer, and no
 * longer its reason, which a fold says better and which was most of the file. The fold's state is the last column of
 * its customer: one page less to write for every save.
 */
const VERSION_2 = `
ALTER TABLE customers ADD COLUMN decided TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN state TEXT NOT NULL DEFAULT '';
UPDATE customers AS c SET (decided, state) = (SELECT decided, state FROM states s WHERE s.key = c.key);
DROP TABLE states;
DROP INDEX stage_intervals_by_time;
ALTER TABLE stage_intervals ADD COLUMN came_from TEXT;
UPDATE stage_intervals AS i SET
  came_from = (SELECT p.stage FROM stage_intervals p WHERE p.key = i.key AND p.entered_at < i.entered_at
               ORDER BY p.entered_at DESC LIMIT 1);
ALTER TABLE stage_intervals DROP COLUMN because;
CREATE INDEX stage_intervals_by_time ON stage_intervals (entered_at, left_at, stage, came_from);
`;

/**
 * Version 3: the fold's state is bytes. Those that version 2 wrote as text are left out: such a customer is folded from
 * the log once, with the customer's next touchpoint or change by time.
 */
const VERSION_3 = `
ALTER TABLE customers DROP COLUMN state;
ALTER TABLE customers ADD COLUMN state BLOB NOT NULL DEFAULT x'';
`;

/** Version 4: the checkpoint names the version of the model. What was folded before it did, version 1 folded. */
const VERSION_4 = `
ALTER TABLE checkpoint ADD COLUMN model INTEGER NOT NULL DEFAULT 1;
`;

/**
 * Version 5: what lies ahead waits. When the next of a customer's touchpoints comes due stands in a table of its own,
 * for mostly there is none, and who has nothing but those has no relationship yet. The checkpoint says when it was.
 */
const VERSION_5 = `
ALTER TABLE checkpoint ADD COLUMN as_of INTEGER;
CREATE TABLE ahead (
  customer TEXT PRIMARY KEY,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ahead_by_due ON ahead (due_at);
`;

/** The last leads to the version this program reads and writes. */
export const MIGRATIONS: readonly Migration[] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5];
