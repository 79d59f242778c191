/** Writes the store; see README.md. node make.cjs PROJECT DIRECTORY */
const { createRequire } = require('node:module');
const { mkdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const [, , project, out] = process.argv;
const from = createRequire(join(project, 'package.json'));
const { compileRuleset, rulesetHash, decodeRuleset } = from('@rapport/domain');
const { Projector, factorsOf, recordTouchpoints } = from('@rapport/engine');
const { openSqliteEventLog } = from('@rapport/event-log');
const { openSqliteReadModel } = from('@rapport/read-model');
const { keepRuleset, noteInForce, dataDirectory } = from('@rapport/data-directory');
const Database = from('better-sqlite3');

const RULESET = {
  ruleset: 'cases',
  version: 1,
  factors: { mood: { halfLife: 'P1D' }, trust: { halfLife: 'P365D' } },
  metrics: {
    first: { count: 'order.completed' },
    second: { count: 'order.completed', where: { field: 'metric.first', atLeast: 1 } },
    spend: { sum: 'data.total', of: 'order.completed' },
  },
  evidence: [{ id: 'hurt', on: 'complaint.opened', gives: { mood: -1 } }],
  promises: [
    {
      id: 'delivery',
      made: 'order.placed',
      key: 'data.ref',
      within: 'P1D',
      kept: 'order.delivered',
      whenBroken: { trust: -3 },
    },
  ],
  stages: [{ id: 'client' }, { id: 'gold', enter: { metric: 'spend', atLeast: 100 } }],
  signals: [
    { id: 'again', raise: { metric: 'second', atLeast: 1 } },
    { id: 'low', raise: { factor: 'mood', below: 50 } },
    { id: 'let-down', raise: { factor: 'trust', below: 40 } },
  ],
};
const at = (text) => Date.parse(`2026-${text}Z`);
let n = 0;
const t = (customer, type, occurredAt, data, recordedAt = occurredAt) => ({
  id: `t-${++n}`,
  source: 'shop',
  type,
  version: 1,
  customer,
  occurredAt,
  recordedAt,
  data,
});
const order = (customer, when, total) =>
  t(customer, 'order.completed', at(when), { orderId: `${customer}-${when}`, total });
const TOUCHPOINTS = [
  order('once', '01-01T00:00:00', 20),
  order('hundred', '01-01T00:00:00', 33.33),
  order('hundred', '01-02T00:00:00', 49.9),
  order('hundred', '01-03T00:00:00', 16.77),
  t('hurt', 'complaint.opened', at('01-01T00:00:00'), { caseId: 'k' }),
  t('hurt', 'consent.granted', at('04-01T00:00:00'), { purpose: 'marketing' }),
  t('keyed', 'order.placed', at('01-01T00:00:00'), { orderId: 'p', ref: 1 }),
  t('keyed', 'order.delivered', at('01-01T12:00:00'), { orderId: 'p', ref: '1' }),
  order('ahead', '01-01T00:00:00', 20),
  t(
    'ahead',
    'order.completed',
    Date.parse('2099-01-01T00:00:00Z'),
    { orderId: 'later', total: 100 },
    at('01-01T00:00:01'),
  ),
  order('same', '01-01T00:00:00', 60),
  order('same', '01-02T00:00:00', 60),
].sort((a, b) => a.recordedAt - b.recordedAt);

const main = async () => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const files = dataDirectory(out);
  const ruleset = decodeRuleset(RULESET).right;
  let now = at('01-01T00:00:00');
  const log = await openSqliteEventLog(files.events, { mode: 'write', clock: () => now });
  keepRuleset(files, ruleset);
  noteInForce(files, rulesetHash(ruleset));
  const program = compileRuleset(ruleset);
  const readModel = await openSqliteReadModel(files.relationships, { mode: 'write', factors: factorsOf(program) });
  const projector = new Projector({ log, readModel, program, clock: { now: () => now, until: async () => undefined } });
  for (const touchpoint of TOUCHPOINTS) {
    now = touchpoint.recordedAt + 2000;
    await recordTouchpoints(log, [touchpoint]);
    await projector.catchUp();
  }
  now = at('06-01T00:00:00');
  await projector.catchUp();
  await readModel.close();
  await log.close();
  for (const path of [files.events, files.relationships]) {
    const db = new Database(path);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma('journal_mode = DELETE');
    db.exec('VACUUM');
    db.close();
    for (const suffix of ['-wal', '-shm', '-writer']) rmSync(path + suffix, { force: true });
  }
};
main();
