import type { ChangeEvent, ChangeFilter } from './change-event';
import { RapportUnavailable } from './errors';
import { type Connection, jsonOf, request } from './http';
import { changeQuery } from './query';

export interface PullOptions {
  /** `next` of the page before, or the cursor of a change; the beginning of the log when absent. */
  readonly after?: string;
  /** Most changes of a page; the server's own when absent. */
  readonly limit?: number;
  readonly filter?: ChangeFilter;
  readonly signal?: AbortSignal;
}

export interface ChangePage {
  /** In the order they were recorded. Fewer than the limit: the end of the log is reached. */
  readonly changes: readonly ChangeEvent[];
  /** Where to go on; also when nothing matched. Empty, which is the beginning, while the log is. */
  readonly next: string;
}

/** The stream's word for the beginning. */
const START = 'start';

export const pull = async (
  connection: Connection,
  { after, limit, filter, signal }: PullOptions = {},
): Promise<ChangePage> => {
  const from = after === START ? undefined : after;
  const response = await request(connection, `/v1/stage-changes${changeQuery(filter, { after: from, limit })}`, {
    headers: { accept: 'application/json' },
    signal,
  });
  const { changes, next } = (await jsonOf(response)) as Partial<ChangePage>;
  if (!Array.isArray(changes) || typeof next !== 'string')
    throw new RapportUnavailable('The answer is not a page of stage changes.', response.status);
  return { changes, next };
};
