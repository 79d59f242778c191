import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly id: string;
  readonly customer: string;
  readonly sequence: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  /** In order of arrival, also what was refused. */
  readonly received: Received[];
  /** Those answered by 2xx. */
  readonly accepted: Received[];
  /** How the next requests are answered; may be exchanged at any time. */
  answer: (response: ServerResponse, received: Received) => void;
  close(): Promise<void>;
}

export const ok = (response: ServerResponse): void => void response.writeHead(204).end();
export const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  (response: ServerResponse): void =>
    void response.writeHead(code, headers).end(body);

/** A real endpoint on a port of its own. */
export const startReceiver = async (answer: Receiver['answer'] = ok): Promise<Receiver> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const event = JSON.parse(body);
      const received = {
        id: String(request.headers['webhook-id']),
        customer: event.subject,
        sequence: event.data.sequence,
        headers: request.headers,
        body,
        at: performance.now(),
      };
      receiver.received.push(received);
      response.on('finish', () => {
        if (response.statusCode < 300) receiver.accepted.push(received);
      });
      receiver.answer(response, received);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    accepted: [],
    answer,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
};
