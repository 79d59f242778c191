// Made with the code of commit 3531999: node make.cjs CLONE-OF-IT DIRECTORY. See README.md.
const { spawn } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [clone, directory] = process.argv.slice(2);
const { createRapportClient, fileCursorStore } = require(join(clone, 'packages/client'));
const baseUrl = 'http://127.0.0.1:7655';
const data = join(directory, 'data');
const CUSTOMERS = ['anna', 'bela', 'chi', 'Jürgen K.', 'zoe'];

const passed = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const ask = async (path, body) => {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(baseUrl + path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

const touchpoints = CUSTOMERS.flatMap((customer, i) => {
  const at = (day) => new Date(Date.UTC(2026, 0, 1 + i + day)).toISOString();
  const of = (type, day, extra = {}) => ({
    id: `${customer}-${type}-${day}`,
    source: 'shop',
    customer,
    type,
    occurredAt: at(day),
    data: extra,
  });
  return [
    of('customer.signedUp', 0),
    ...[5, 12, 20, 33].map((day) => of('order.completed', day, { orderId: `${customer}-${day}`, total: 40 + day })),
    of('complaint.opened', 40, { caseId: `case of ${customer}`, severity: 'high' }),
    ...(i % 2 === 0 ? [of('complaint.resolved', 45, { caseId: `case of ${customer}` })] : []),
  ];
});

/** The first page of a list, and what the program that gave it answers after its cursor. */
const listed = async (path, items, idOf) => {
  const separator = path.includes('?') ? '&' : '?';
  const first = await ask(`${path}${separator}limit=1`);
  const rest = await ask(`${path}${separator}limit=100&after=${encodeURIComponent(first.next)}`);
  if (first.next === undefined) throw new Error(`${path} has one page`);
  return { path, items, idOf, after: first.next, rest: rest[items].map((item) => idOf.map((key) => item[key])) };
};

let engine;
const main = async () => {
  mkdirSync(data, { recursive: true });
  const env = {
    ...process.env,
    RAPPORT_DATA: data,
    RAPPORT_HTTP_PORT: '7655',
    RAPPORT_AUTH_ENABLED: 'false',
    RAPPORT_WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
    RAPPORT_WEBHOOKS_ALLOW_HTTP: 'true',
  };
  engine = spawn(process.execPath, [join(clone, 'services/engine/dist/main.js')], { env, stdio: 'inherit' });
  while (
    !(await fetch(`${baseUrl}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await passed(100);
  // Nothing listens there: its deliveries wait for another attempt.
  const { subscription, secret } = await ask('/v1/subscriptions', {
    url: 'http://127.0.0.1:9/hook',
    description: 'mailer',
    filter: { kinds: ['stageChanged'] },
  });
  for (const touchpoint of touchpoints) {
    const { results = [] } = await ask('/v1/touchpoints', [touchpoint]);
    if (results.some(({ status }) => status !== 'recorded')) throw new Error(JSON.stringify(results));
  }
  await passed(3000);
  const lists = [
    await listed('/v1/customers', 'customers', ['customer']),
    await listed('/v1/customers/anna/timeline', 'entries', ['kind']),
    await listed('/v1/cases', 'cases', ['customer', 'caseId']),
    await listed('/v1/cases?open=false', 'cases', ['customer', 'caseId']),
    await listed('/v1/stage-changes', 'changes', ['id']),
    await listed(`/v1/subscriptions/${subscription.id}/deliveries`, 'deliveries', ['id']),
  ];
  const client = createRapportClient({ baseUrl, key: 'none' });
  const read = [];
  const stop = new AbortController();
  const cursorStore = fileCursorStore(join(directory, 'client-cursor'));
  for await (const { event } of client.stageChanges({ after: 'start', cursorStore, signal: stop.signal })) {
    read.push(event.id);
    if (read.length === 4) {
      await passed(1500);
      break;
    }
  }
  stop.abort();
  const all = await ask('/v1/stage-changes?limit=1000');
  const made = { subscription: subscription.id, secret, lists, read, changes: all.changes.map(({ id }) => id) };
  writeFileSync(join(directory, 'made.json'), `${JSON.stringify(made, null, 2)}\n`);
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  engine.kill('SIGTERM');
  await ended;
};
main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  engine?.kill('SIGKILL');
  process.exitCode = 1;
});
