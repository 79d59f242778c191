import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskUsage } from '@rapport/telemetry';

/** How long a measurement counts: disk use changes slowly, and scrapes may be frequent. */
const EVERY_MS = 10_000;

/**
 * What a file of the data directory is counted as. Of a store that is its name, whichever of its files it is, but
 * `-wal`, which grows and shrinks by itself: `relationships.sqlite.x3f-shm` is `relationships.sqlite`.
 *
 * @example fileLabel('events.sqlite-wal') // 'events.sqlite-wal'
 */
export const fileLabel = (name: string): string => {
  const [store] = /^[\w-]+\.sqlite/.exec(name) ?? [];
  if (store === undefined) return 'other';
  return name.endsWith('-wal') ? `${store}-wal` : store;
};

/** A file may go between the list and the look at it. */
const sizeOf = async (path: string): Promise<number> => (await lstat(path).catch(() => undefined))?.size ?? 0;

const sizesIn = async (directory: string): Promise<ReadonlyMap<string, number>> => {
  const sizes = new Map<string, number>();
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const label = entry.isDirectory() ? entry.name : fileLabel(entry.name);
    const inside = entry.isDirectory() ? (await readdir(path)).map((name) => join(path, name)) : [path];
    for (const one of inside) sizes.set(label, (sizes.get(label) ?? 0) + (await sizeOf(one)));
  }
  return sizes;
};

const look = async (directory: string): Promise<DiskUsage> => {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { files: await sizesIn(directory), freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
};

/** What a data directory takes of its disk, and what is left there: looked at every ten seconds at most. */
export const diskUsage = (directory: string, now: () => number = Date.now): (() => Promise<DiskUsage>) => {
  let seen: { readonly at: number; readonly usage: Promise<DiskUsage> } | undefined;
  return () => {
    // A clock that was set back must not keep an old value forever.
    if (seen === undefined || Math.abs(now() - seen.at) >= EVERY_MS) seen = { at: now(), usage: look(directory) };
    const { usage } = seen;
    usage.catch(() => {
      seen = undefined;
    });
    return usage;
  };
};
