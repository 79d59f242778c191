/** A receiver of webhooks that keeps what it accepted. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Received {
  readonly id: string;
  readonly customer: string;
  readonly sequence: number;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Accepted with 2xx, in order of arrival; repeated ones too. */
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export interface Behaviour {
  /** Milliseconds before the answer. */
  delay?(): number;
  /** Whether this attempt is answered with 500. */
  fails?(): boolean;
  /** Throws for a delivery that is not genuine. */
  verify(headers: IncomingHttpHeaders, body: string): unknown;
}

export const webhookReceiver = async ({ delay, fails, verify }: Behaviour): Promise<WebhookReceiver> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
      if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay()));
      verify(request.headers, body);
      if (fails?.()) return void response.writeHead(500).end();
      const event = JSON.parse(body) as { id: string; subject: string; data: { sequence: number } };
      received.push({ id: event.id, customer: event.subject, sequence: event.data.sequence });
      response.writeHead(204).end();
    } catch (error) {
      // The sender was killed while it sent, or this delivery is not genuine.
      if (!response.destroyed) response.writeHead(400).end(String(error));
    }
  });
  server.keepAliveTimeout = 30_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`,
    received,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
