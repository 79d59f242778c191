// Receives changes as webhooks: verifies each request, and handles each change once.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook } from '@rapport/client';

const { RAPPORT_WEBHOOK_SECRET: secret, PORT = '8080', HANDLED = 'handled.txt' } = process.env;

/** Ids of changes that were handled, one in a line. In earnest: a table of your database, with a unique key. */
const handled = new Set(existsSync(HANDLED) ? readFileSync(HANDLED, 'utf8').split('\n') : []);

const handle = ({ id, type, subject, data }) => {
  if (handled.has(id)) return;
  if (type === 'relationship.stageChanged.v1') console.log(`${subject}: ${data.from ?? 'new'} -> ${data.to}`);
  handled.add(id);
  appendFileSync(HANDLED, `${id}\n`);
};

const server = createServer(async (request, response) => {
  try {
    // The body as it came: parsed and written again, it has another signature.
    handle(verifyWebhook(secret, request.headers, await buffer(request)));
    response.writeHead(204).end();
  } catch (error) {
    console.error(error.message);
    response.writeHead(error.name === 'WebhookVerificationError' ? 401 : 500).end();
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
