import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openEventLog } from '@rapport/event-log';
import { copyStore, isThere } from '@rapport/sqlite';
import { type DataDirectory, dataDirectory, existingStore } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import type { Host } from './host';
import { storedHashes } from './ruleset-files';

export interface BackupReport {
  readonly directory: string;
  /** In the copy of the log. */
  readonly events: number;
  readonly rulesets: number;
  /** Whether there were keys and an access log to copy. */
  readonly access: boolean;
  readonly subscriptions: boolean;
  /** Files that cannot be rebuilt and are still not copied: refused touchpoints are soon out of date. */
  readonly leftOut: readonly string[];
}

const freshDirectory = (directory: string): void => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!statSync(directory).isDirectory() || readdirSync(directory).length > 0)
    throw new DataDirectoryError(`${directory}: is not empty. Name a new directory for the backup.`);
};

/** Copies one store of the directory into another directory. */
const copyInto = async (host: Host, from: string, directory: string): Promise<void> => {
  const progress = host.progress(basename(from), 'pages');
  try {
    await copyStore(from, join(directory, basename(from)), (done, total) => {
      host.signal.throwIfAborted();
      progress.update(done, total);
    });
  } finally {
    progress.stop();
  }
};

/**
 * Copies what cannot be rebuilt into a fresh directory: the log, rulesets, keys with the access log, subscriptions.
 * The read model is left out: it follows from the log. So is what intake refused: it is not a fact about a customer, and what
 * was removed from it must not live on in copies. Anyone may write meanwhile.
 *
 * Subscriptions and keys are copied before the log: a delivery may then be repeated, but none is skipped.
 */
export const backUp = async (host: Host, data: string, directory: string): Promise<BackupReport> => {
  const files = existingStore(data);
  freshDirectory(directory);
  const { access, subscriptions, rulesets, events } = files;
  const demo = join(data, 'demo.json');
  for (const path of [subscriptions, access, events]) if (isThere(path)) await copyInto(host, path, directory);
  const copy: DataDirectory = dataDirectory(directory);
  if (isThere(rulesets)) cpSync(rulesets, copy.rulesets, { recursive: true });
  if (isThere(demo)) cpSync(demo, join(directory, 'demo.json'));
  return {
    directory,
    events: await eventsIn(copy),
    rulesets: storedHashes(copy).length,
    access: isThere(copy.access),
    subscriptions: isThere(copy.subscriptions),
    leftOut: isThere(files.rejections) ? [basename(files.rejections)] : [],
  };
};

/** Opened once, so that a copy that cannot be opened does not count as a backup, and left without companions. */
const eventsIn = async ({ events, eventLog }: DataDirectory): Promise<number> => {
  const log = await openEventLog(eventLog, { mode: 'read' });
  try {
    return (await log.count()).events;
  } finally {
    await log.close();
    for (const suffix of ['-wal', '-shm']) rmSync(events + suffix, { force: true });
  }
};
