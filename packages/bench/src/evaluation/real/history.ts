import { ALL_BUCKETS, type FoldedTouchpoint, standardCatalogue } from '@rapport/domain';
import { foldable, recordTouchpoints } from '@rapport/engine';
import { type EventLogWithHistory, subjectOf } from '@rapport/event-log';
import { type PresetName, readFiles } from '@rapport/files';

/** What one customer did, all of it, as the log has it. */
export interface CustomerHistory {
  readonly customer: string;
  readonly touchpoints: readonly FoldedTouchpoint[];
}

/** What became of a file. */
export interface Imported {
  readonly lines: number;
  readonly recorded: number;
  readonly rejected: number;
}

/** Brings a file into a log the way `rapport import` does. */
export const importFile = async (log: EventLogWithHistory, file: string, preset: PresetName): Promise<Imported> => {
  const context = { catalogue: standardCatalogue, now: Date.now() };
  let [lines, recorded, rejected] = [0, 0, 0];
  for await (const { items, account } of readFiles([file], { preset }, { context })) {
    const touchpoints = items.flatMap((item) => (item.kind === 'touchpoint' ? [item.touchpoint] : []));
    const outcomes = await recordTouchpoints(log, touchpoints);
    recorded += outcomes.filter((outcome) => outcome.kind === 'recorded').length;
    rejected += items.length - touchpoints.length;
    lines = account?.files.reduce((sum, one) => sum + one.lines, 0) ?? lines;
  }
  return { lines, recorded, rejected };
};

/** Every customer of a log, by name, so that what is drawn by lot does not depend on how the log keeps them. */
export const historiesOf = async (log: EventLogWithHistory): Promise<readonly CustomerHistory[]> => {
  const histories: CustomerHistory[] = [];
  for await (const page of log.readStreams({ category: 'customer', buckets: ALL_BUCKETS }))
    for (const { stream, events } of page)
      histories.push({ customer: subjectOf(stream), touchpoints: foldable(events) });
  return histories.sort((a, b) => (a.customer < b.customer ? -1 : 1));
};
