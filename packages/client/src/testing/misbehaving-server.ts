/** A server of stage changes that misbehaves on its first connections as instructed, and works afterwards. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export type Misbehaviour =
  /** Ends the connection after this number of bytes, wherever that is. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Closes the connection without an answer. */
  | { readonly kind: 'refuse' }
  /** A few changes, and then something else. */
  | { readonly kind: 'garbage'; readonly text: string }
  /** A page of a proxy. */
  | { readonly kind: 'page' }
  /** Begins a few changes before it was asked to. */
  | { readonly kind: 'repeat' }
  /** Takes the request and says nothing, until the reader leaves or a while has passed. */
  | { readonly kind: 'hang' }
  /** Announces a new change. */
  | { readonly kind: 'unknown' }
  /** Promises heartbeats and says nothing. */
  | { readonly kind: 'silent'; readonly heartbeat: number }
  | { readonly kind: 'empty' };

export interface MisbehavingServer {
  readonly baseUrl: string;
  /** Of all changes, in order. */
  readonly ids: readonly string[];
  readonly close: () => Promise<void>;
}

const change = (n: number) => ({
  specversion: '1.0',
  id: `change-${n}`,
  source: 'rapport',
  type: 'relationship.stageChanged.v1',
  subject: `c-${n % 3}`,
  time: '2026-01-01T00:00:00.000Z',
  recordedtime: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  data: { from: null, to: 'prospect', direction: 'up', cause: 'touchpoint', sequence: n, label: 'Khách hàng mới ✓' },
});

const frame = (n: number): string =>
  `id: ${n}\nevent: relationship.stageChanged.v1\ndata: ${JSON.stringify(change(n))}\n\n`;

/** @param piece bytes that are written at once, so that characters and lines are torn apart */
export const misbehavingServer = async (
  count: number,
  misbehaviours: readonly Misbehaviour[],
  piece = 1_000,
): Promise<MisbehavingServer> => {
  const left = [...misbehaviours];

  const write = async (response: ServerResponse, text: string, most = Number.POSITIVE_INFINITY): Promise<void> => {
    const bytes = Buffer.from(text).subarray(0, most);
    const step = piece * 40 + 1;
    for (let i = 0; i < bytes.length && !response.destroyed; i += step) {
      response.write(bytes.subarray(i, i + step));
      await turn();
    }
  };

  const from = (after: number, until = count): string =>
    Array.from({ length: Math.max(0, until - after) }, (_, i) => frame(after + i + 1)).join('');

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const last = request.headers['last-event-id'];
    const after = last === undefined || last === 'start' ? 0 : Number(last);
    const bad = left.shift();
    if (bad?.kind === 'refuse') return void request.socket.destroy();
    if (bad?.kind === 'hang') return;
    if (bad?.kind === 'status') {
      response.writeHead(bad.status, { ...(bad.retryAfter && { 'retry-after': bad.retryAfter }) });
      return void response.end('not now');
    }
    if (bad?.kind === 'page') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<h1>Be patient</h1>');
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: heartbeat ${bad?.kind === 'silent' ? bad.heartbeat : 1_000}\nretry: 1\n\n`);
    switch (bad?.kind) {
      case 'cut':
        await write(response, from(after), bad.after);
        return void response.destroy();
      case 'garbage':
        await write(response, from(after, Math.min(count, after + 2)) + bad.text);
        return void response.end();
      case 'empty':
        return void response.end();
      case 'repeat':
        return write(response, from(Math.max(0, after - 3)));
      case 'unknown':
        await write(response, `id: ${after}\nevent: relationship.slept.v3\ndata: {"type":"relationship.slept.v3"}\n\n`);
        return write(response, from(after));
      case 'silent':
        return;
      default:
        return write(response, from(after));
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ids: Array.from({ length: count }, (_, i) => `change-${i + 1}`),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
