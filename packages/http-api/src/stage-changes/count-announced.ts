import type { Announcement } from '@rapport/engine';
import type { Metrics } from '@rapport/telemetry';

const kindOf = (type: string): string => type.slice('relationship.'.length, -'.v1'.length);

/** Counts what was sent to a reader, by kind. */
export const countAnnounced = (
  metrics: Pick<Metrics, 'announced'>,
  channel: 'sse' | 'pull',
  changes: readonly Announcement[],
): void => {
  const types = new Map<string, number>();
  for (const { event } of changes) types.set(event.type, (types.get(event.type) ?? 0) + 1);
  for (const [type, count] of types) metrics.announced(kindOf(type), channel, count);
};
