// As a marketing system is told of changes: node standardwebhooks.mjs URL KEY
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const [, , url, key] = process.argv;
let webhook;
const server = createServer(async (request, response) => {
  const body = await text(request);
  const outcomes = [body, `${body} `].map((payload) => {
    try {
      return webhook.verify(payload, request.headers).type;
    } catch (error) {
      return error.message;
    }
  });
  process.stdout.write(`${JSON.stringify({ id: request.headers['webhook-id'], outcomes, body: JSON.parse(body) })}\n`);
  response.writeHead(204).end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const answer = await fetch(`${url}/v1/subscriptions`, {
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/hook` }),
});
const { secret } = await answer.json();
webhook = new Webhook(secret);
process.stdout.write('{"listening":true}\n');
