import type { Change } from './change-event';
import type { Connection, Fetch } from './http';
import { type ChangePage, type PullOptions, pull } from './pull';
import { type SendOptions, send } from './send';
import { type StageChangesOptions, stageChanges } from './stage-changes';
import type { TouchpointEvent, TouchpointResult } from './touchpoint';

export interface RapportClientOptions {
  /** Where the engine listens: `https://rapport.example.com`. */
  readonly baseUrl: string;
  /** A key, or a token of the issuer; absent where the engine asks for none. */
  readonly key?: string;
  /** Node's or the browser's when absent. */
  readonly fetch?: Fetch;
}

export interface RapportClient {
  /**
   * Stage changes as they happen. Resumes by itself when the connection breaks, and hands over each change once per
   * cursor. A change counts as dealt with when the next one is asked for: then its cursor is saved.
   *
   * @throws RapportProblem (the iteration rejects) for failures that a retry would not solve: a wrong key, a bad cursor
   * @example
   * for await (const { cursor, event } of client.stageChanges({ cursorStore: fileCursorStore('cursor') }))
   *   if (event.type === 'relationship.stageChanged.v1') await campaign(event.subject, event.data.to);
   */
  stageChanges(options?: StageChangesOptions): AsyncIterable<Change>;
  /**
   * A page of stage changes after a cursor.
   *
   * @throws RapportProblem, RapportUnavailable
   * @example const { changes, next } = await client.pull({ after: next, limit: 500 });
   */
  pull(options?: PullOptions): Promise<ChangePage>;
  /**
   * Records touchpoints; a result for each in its place. Tries again by itself: the same touchpoint is recorded once.
   *
   * @throws RapportProblem, RapportUnavailable
   * @example
   * await client.send([
   *   { id: 'o-17', source: 'shop', type: 'touchpoint.order.completed.v1', subject: 'c-17', time: '2026-03-01T12:00:00Z' },
   * ]);
   */
  send(touchpoints: readonly TouchpointEvent[], options?: SendOptions): Promise<readonly TouchpointResult[]>;
}

/**
 * A client of a Rapport engine. It holds no connection of its own.
 *
 * @throws TypeError for an invalid address
 * @example const client = createRapportClient({ baseUrl: 'http://127.0.0.1:7600', key: process.env.RAPPORT_KEY });
 */
export const createRapportClient = ({ baseUrl, key, fetch }: RapportClientOptions): RapportClient => {
  if (!/^https?:$/.test(new URL(baseUrl).protocol))
    throw new TypeError(`${baseUrl} is not an address of a web server.`);
  const connection: Connection = {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    key,
    fetch: fetch ?? ((...request) => globalThis.fetch(...request)),
  };
  return {
    stageChanges: (options = {}) => stageChanges(connection, options),
    pull: (options) => pull(connection, options),
    send: (touchpoints, options) => send(connection, touchpoints, options),
  };
};
