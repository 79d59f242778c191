import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLogLocation } from '@rapport/event-log';
import type { CrossSellLocation, ReadModelLocation } from '@rapport/read-model';
import { isThere } from '@rapport/sqlite';
import { DataDirectoryError } from './data-directory-error';

/** Where things are kept in a data directory. This is the only place that says by which kind of store. */
export interface DataDirectory {
  readonly directory: string;
  readonly events: string;
  readonly relationships: string;
  readonly crossSell: string;
  readonly eventLog: EventLogLocation;
  readonly readModel: ReadModelLocation;
  readonly crossSellStore: CrossSellLocation;
  /** Documents of rulesets, `<hash>.json`. */
  readonly rulesets: string;
  /** Keys, the log of who read what and the log of who did what; there once the store was served. */
  readonly access: string;
  /** The first key, where it could not be shown to a person; until the operator takes it away. */
  readonly firstKey: string;
  /** Webhook subscriptions, their secrets and deliveries; there once the store was served. */
  readonly subscriptions: string;
  /** What intake refused, masked and bounded; there once the store was served. */
  readonly rejections: string;
}

/** The paths of what lies, or will lie, in a data directory. */
export const dataDirectory = (directory: string): DataDirectory => {
  const events = join(directory, 'events.sqlite');
  const relationships = join(directory, 'relationships.sqlite');
  const crossSell = join(directory, 'cross-sell.sqlite');
  return {
    directory,
    events,
    relationships,
    crossSell,
    eventLog: { kind: 'sqlite', path: events },
    readModel: { kind: 'sqlite', path: relationships },
    crossSellStore: { kind: 'sqlite', path: crossSell },
    rulesets: join(directory, 'rulesets'),
    access: join(directory, 'access.sqlite'),
    firstKey: join(directory, 'first-key'),
    subscriptions: join(directory, 'subscriptions.sqlite'),
    rejections: join(directory, 'rejections.sqlite'),
  };
};

/** Whether anything was ever recorded there. */
export const hasStore = (files: DataDirectory): boolean => isThere(files.events);

/** @throws DataDirectoryError when no store is there */
export const existingStore = (directory: string): DataDirectory => {
  const files = dataDirectory(directory);
  if (hasStore(files)) return files;
  const what = isThere(directory) ? 'there is no Rapport store in it' : 'there is no such directory';
  throw new DataDirectoryError(
    `${directory}: ${what}. Fill one with "rapport demo" or "rapport import FILE --as PRESET", or name another with --data.`,
  );
};

/** The directory for a store, made for its owner alone when it is not there: what it will hold is personal. */
export const storeToFill = (directory: string): DataDirectory => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is a file' : (error as Error).message;
    throw new DataDirectoryError(
      `${directory}: cannot be used as data directory: ${reason}. Name another with --data or RAPPORT_DATA.`,
    );
  }
  return dataDirectory(directory);
};
