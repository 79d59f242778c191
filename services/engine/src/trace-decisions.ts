import { CHANGE_KINDS, type ChangeFeed } from '@rapport/engine';
import type { Telemetry } from '@rapport/telemetry';

/** Puts each decision, as it is recorded, into the trace of the request that brought it about. Returns how to end. */
export const traceDecisions = async (
  feed: ChangeFeed,
  { traces, logger }: Pick<Telemetry, 'traces' | 'logger'>,
): Promise<() => Promise<void>> => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pages = feed.follow({ after: await feed.end(), filter: { kinds: CHANGE_KINDS }, signal });
  const following = (async () => {
    for await (const { changes } of pages)
      for (const { event } of changes)
        traces.decided(event.data.touchpoint, Date.parse(event.recordedtime), {
          'rapport.change': event.id,
          'rapport.change.type': event.type,
        });
  })().catch((err: unknown) => logger.warn({ err }, 'traces: decisions are not followed any more'));
  return async () => {
    stopping.abort();
    await following;
  };
};
