/**
 * Imports announce nothing. Yet what an import recorded and was killed before it had folded looks to the next engine
 * like touchpoints that it took itself: so an import leaves a mark for as long as it lasts.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLogWithHistory } from '@rapport/event-log';
import { isThere } from '@rapport/sqlite';
import type { DataDirectory } from './data-directory';
import type { Host } from './host';
import type { InForce } from './in-force';
import { bringUpToDate, foldWhatWasServed } from './projecting';

const markOf = ({ directory }: DataDirectory): string => join(directory, 'import-unfinished');

/** Whether an import was begun and has not ended: a kill came between. */
export const hasUnfinishedImport = (files: DataDirectory): boolean => isThere(markOf(files));

/** Whether an engine ever served the store: then what its log holds and its read model does not is to be announced. */
const wasServed = (files: DataDirectory): boolean => isThere(files.access);

/**
 * To be called before an import records anything: what an engine that ended left to be decided is decided first, so
 * that the silence of the import is about nothing but its own touchpoints.
 */
export const beginImport = async (
  host: Host,
  files: DataDirectory,
  log: EventLogWithHistory,
  inForce: InForce,
  now: number,
): Promise<void> => {
  if (hasUnfinishedImport(files)) return;
  if (wasServed(files)) await foldWhatWasServed(host, files, log, inForce, now);
  writeFileSync(markOf(files), '', { mode: 0o600 });
};

/** To be called when everything that was imported is in the read model. */
export const endImport = (files: DataDirectory): void => rmSync(markOf(files), { force: true });

/** Folds in, silently, what an import that was killed has recorded. */
export const settleImport = async (
  host: Host,
  files: DataDirectory,
  log: EventLogWithHistory,
  inForce: InForce,
  now: number,
): Promise<void> => {
  await bringUpToDate(host, files, log, inForce, 0, now);
  endImport(files);
};
