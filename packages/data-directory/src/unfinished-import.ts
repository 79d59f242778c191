/**
 * Imports announce nothing. Yet what an import recorded and was killed before it had folded looks to the next engine
 * like touchpoints that it took itself: so an import leaves a mark for as long as it lasts.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isThere } from '@rapport/sqlite';
import type { AtWork, FoldingWith } from './at-work';
import type { DataDirectory } from './data-directory';
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
export const beginImport = async (work: AtWork, by: FoldingWith): Promise<void> => {
  const { files } = work;
  if (hasUnfinishedImport(files)) return;
  if (wasServed(files)) await foldWhatWasServed(work, by);
  writeFileSync(markOf(files), '', { mode: 0o600 });
};

/** To be called when everything that was imported is in the read model. */
export const endImport = (files: DataDirectory): void => rmSync(markOf(files), { force: true });

/** Folds in, silently, what an import that was killed has recorded. */
export const settleImport = async (work: AtWork, { ruleset, now }: FoldingWith): Promise<void> => {
  await bringUpToDate(work, { ruleset, now, recorded: 0 });
  endImport(work.files);
};
