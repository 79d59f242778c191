import { join } from 'node:path';
import { withStore } from '@rapport/data-directory';
import { decisionOf } from '@rapport/engine';
import { subjectOf } from '@rapport/event-log';
import { expectEqual } from '../figure';

/** What client and subscriber saw, to be found again in the store. */
export interface Expected {
  readonly recorded: number;
  /** Ids of the changes that reached the subscriber. */
  readonly arrived: ReadonlySet<string>;
  /** An instant a second before the subscriber left. What time alone changes after it need not have reached it. */
  readonly quietSince: number;
  /** Why the subscriber's stream ended, where it did. */
  readonly streamEnded: string | undefined;
}

/**
 * Looks into the store of an engine that was stopped: every acknowledged touchpoint is in the log, once (the log holds
 * no identity twice, so numbers decide), the read model holds the whole log, and every decision was announced.
 */
export const checkStore = (
  data: string,
  { recorded, arrived, quietSince, streamEnded }: Expected,
): Promise<readonly string[]> =>
  withStore(join(data, 'rapport-data'), async ({ log, readModel }) => {
    const { byCategory } = await log.count();
    const decided = new Set<string>();
    const missing: string[] = [];
    let last: string | undefined;
    for await (const page of log.readAll({ category: 'relationship' }))
      for (const event of page) {
        if (decisionOf(event, subjectOf(event.stream)) === undefined) continue;
        decided.add(event.id);
        if (!arrived.has(event.id) && event.recordedAt < quietSince)
          missing.push(`${event.type} ${event.id} of ${event.stream} at ${event.position}`);
      }
    const strangers = [...arrived].filter((id) => !decided.has(id));
    for await (const page of log.readAll({ category: 'customer' })) last = page[page.length - 1]!.position;
    const model = await readModel();
    const checkpoint = (await model.checkpoint())?.position;
    const parked = await model.parked();
    return [
      ...expectEqual('touchpoints in the log', byCategory.customer?.events ?? 0, recorded),
      ...(missing.length === 0
        ? []
        : [`${missing.length} changes did not reach the subscriber, such as ${missing[0]}`]),
      ...(strangers.length === 0
        ? []
        : [`${strangers.length} changes reached the subscriber that are not in the log, such as ${strangers[0]}`]),
      ...(last === undefined || (checkpoint !== undefined && checkpoint >= last)
        ? []
        : [`the read model stands at ${checkpoint}, and the last touchpoint at ${last}`]),
      ...(parked.length === 0 ? [] : [`${parked.length} customers are parked, such as ${JSON.stringify(parked[0])}`]),
      ...(streamEnded === undefined ? [] : [`the stream of stage changes ended: ${streamEnded}`]),
    ];
  });
