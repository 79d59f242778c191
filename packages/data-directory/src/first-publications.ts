import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ruleset } from '@rapport/domain';
import { type Publication, type PublishedWith, published, toldByDecisions } from '@rapport/engine';
import type { EventLog } from '@rapport/event-log';
import { isThere } from '@rapport/sqlite';
import type { DataDirectory } from './data-directory';
import type { Host } from './host';
import { inForceUnrecorded } from './in-force';
import { operator } from './publishers';
import { readStored } from './ruleset-files';

export interface FirstRules {
  /** By which command the store is made. */
  readonly with: PublishedWith;
  /** The rules to begin a fresh store with; where none are named, those noted in its directory, else `retail`. */
  readonly ruleset?: Ruleset;
  readonly now: number;
}

/** Left by a Rapport that recorded no publications, and was killed while it put a ruleset in force. */
const markOf = ({ directory }: DataDirectory): string => join(directory, 'publication-unfinished.json');

/** Removes what the mark said, once it stands in the log. */
export const removeOldMark = (files: DataDirectory): void => rmSync(markOf(files), { force: true });

const beingPutInForce = (files: DataDirectory): string | undefined =>
  isThere(markOf(files)) ? (JSON.parse(readFileSync(markOf(files), 'utf8')) as { hash: string }).hash : undefined;

/** A ruleset that decisions name, where it is still kept. */
const kept = (host: Host, files: DataDirectory, publication: Publication): Publication => {
  try {
    return { ...publication, ...published(readStored(files, publication.ruleset.hash)) };
  } catch (error) {
    host.note(`${(error as Error).message} Until then, its decisions cannot be explained.`);
    return publication;
  }
};

/**
 * The publications of a store that has none: of a fresh one, that of its first rules; of one that is older than
 * publications, as many as its decisions tell of and the one in force, each in force since before this was recorded.
 */
export const firstPublications = async (
  host: Host,
  files: DataDirectory,
  log: EventLog,
  { with: command, ruleset, now }: FirstRules,
): Promise<readonly Publication[]> => {
  if ((await log.head()) === undefined) {
    const first = ruleset ?? (await inForceUnrecorded(files)).ruleset;
    return [{ number: 1, ...published(first), at: now, by: operator(), with: command, announced: false }];
  }
  const told = (await toldByDecisions(log)).map((one) => kept(host, files, one));
  const hash = beingPutInForce(files);
  const present = hash === undefined ? await presentRules(files, ruleset) : readStored(files, hash);
  const named = published(present);
  const last = told.at(-1);
  if (last?.ruleset.hash === named.ruleset.hash) return told;
  return [...told, { number: told.length + 1, ...named, at: Math.max(now, last?.at ?? now), before: true }];
};

/** Where nothing says which rules are in force, those that are named now have to do. */
const presentRules = async (files: DataDirectory, named: Ruleset | undefined): Promise<Ruleset> => {
  try {
    return (await inForceUnrecorded(files)).ruleset;
  } catch (error) {
    if (named === undefined) throw error;
    return named;
  }
};
