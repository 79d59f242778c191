import Database from 'better-sqlite3';
import fastify from 'fastify';

/**
 * The bare reference, a process of its own: Fastify, and better-sqlite3 that stores the same bytes, an INSERT for each
 * touchpoint and a durable transaction for each request. No validation, no identity, no order, no reader.
 *
 * node bare-server.js FILE PORT
 */
const [file, port] = process.argv.slice(2);
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE IF NOT EXISTS touchpoints (no INTEGER PRIMARY KEY, body TEXT NOT NULL)');
const insert = db.prepare<[string]>('INSERT INTO touchpoints (body) VALUES (?)');
const store = db.transaction((items: readonly unknown[]) => {
  for (const item of items) insert.run(JSON.stringify(item));
});

const app = fastify({ bodyLimit: 8 * 1_048_576 });
app.addContentTypeParser(
  ['application/cloudevents+json', 'application/cloudevents-batch+json'],
  { parseAs: 'string' },
  app.getDefaultJsonParser('ignore', 'ignore'),
);
app.get('/health/ready', async () => ({ status: 'ready' }));
app.post('/v1/touchpoints', async ({ body }) => {
  const items = Array.isArray(body) ? body : [body];
  store(items);
  return { recorded: items.length };
});
process.once('SIGTERM', () => {
  void app.close().then(() => db.close());
});
void app.listen({ host: '127.0.0.1', port: Number(port) });
