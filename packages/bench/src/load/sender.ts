import { Pool } from 'undici';
import type { Body } from './bodies';

/** What an answer said of its touchpoints. */
export interface Answer {
  readonly status: number;
  readonly recorded: number;
}

/** Sends bodies over connections that stay open. */
export interface Sender {
  send(body: Body): Promise<Answer>;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
}

const BATCH = 'application/cloudevents-batch+json';
const SINGLE = 'application/cloudevents+json';
const RECORDED = /^\{"recorded":(\d+)/;

/** Only the head of an answer is looked at: the client shall cost little beside the server. */
const recordedIn = (head: string): number =>
  Number(RECORDED.exec(head)?.[1] ?? (head.includes('"status":"recorded"') ? 1 : 0));

export const createSender = ({ url, headers, connections }: SenderOptions): Sender => {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const batch = { ...headers, 'content-type': BATCH };
  const single = { ...headers, 'content-type': SINGLE };
  return {
    send: ({ bytes, touchpoints }) =>
      new Promise((resolve, reject) => {
        let status = 0;
        let head: string | undefined;
        pool.dispatch(
          { path: '/v1/touchpoints', method: 'POST', headers: touchpoints === 1 ? single : batch, body: bytes },
          {
            onRequestStart: () => {},
            onResponseStart: (_controller, code) => {
              status = code;
            },
            onResponseData: (_controller, chunk) => {
              head ??= chunk.toString('latin1', 0, 200);
            },
            onResponseEnd: () => resolve({ status, recorded: status < 300 ? recordedIn(head ?? '') : 0 }),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      }),
    close: () => pool.close(),
  };
};
