import { join } from 'node:path';
import { withStore } from '@rapport/data-directory';
import { decisionOf } from '@rapport/engine';
import { subjectOf } from '@rapport/event-log';
import { expectEqual } from '../figure';

/** What client and subscriber saw, to be found again in the store. */
export interface Expected {
  readonly recorded: number;
  readonly changes: number;
  /** Why the subscriber's stream ended, where it did. */
  readonly streamEnded: string | undefined;
}

/**
 * Looks into the store of an engine that was stopped: every acknowledged touchpoint is in the log, once (the log holds
 * no identity twice, so numbers decide), the read model holds the whole log, and every decision was announced.
 */
export const checkStore = (data: string, { recorded, changes, streamEnded }: Expected): Promise<readonly string[]> =>
  withStore(join(data, 'rapport-data'), async ({ log, readModel }) => {
    const { byCategory } = await log.count();
    let decided = 0;
    let last: string | undefined;
    for await (const page of log.readAll({ category: 'relationship' }))
      for (const event of page) if (decisionOf(event, subjectOf(event.stream)) !== undefined) decided++;
    for await (const page of log.readAll({ category: 'customer' })) last = page[page.length - 1].position;
    const model = await readModel();
    const checkpoint = (await model.checkpoint())?.position;
    const parked = await model.parked();
    return [
      ...expectEqual('touchpoints in the log', byCategory.customer?.events ?? 0, recorded),
      ...expectEqual('changes that reached the subscriber', changes, decided),
      ...(last === undefined || (checkpoint !== undefined && checkpoint >= last)
        ? []
        : [`the read model stands at ${checkpoint}, and the last touchpoint at ${last}`]),
      ...(parked.length === 0 ? [] : [`${parked.length} customers are parked, such as ${JSON.stringify(parked[0])}`]),
      ...(streamEnded === undefined ? [] : [`the stream of stage changes ended: ${streamEnded}`]),
    ];
  });
