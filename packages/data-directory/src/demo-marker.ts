import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isThere } from '@rapport/sqlite';
import type { DataDirectory } from './data-directory';

/** Customers worth showing, chosen when the demo was filled. */
export interface DemoPicks {
  /** One grave complaint, handled well, and handled badly. */
  readonly well?: string;
  readonly badly?: string;
  /** A customer whom late touchpoints put elsewhere: the stage at an instant, as known then and as known today. */
  readonly late?: { readonly customer: string; readonly at: number };
}

/** Says that a store is the demo's, which company is in it, and what day it is there. */
export interface DemoMarker {
  readonly customers: number;
  readonly seed: number;
  /** The last instant of the simulated history. */
  readonly until: number;
  /** Where the clock of this store stands, so that a page shows the same every day; absent: it runs like any other. */
  readonly today?: number;
  /** Absent while the store is being filled. */
  readonly picks?: DemoPicks;
}

const fileOf = ({ directory }: DataDirectory): string => join(directory, 'demo.json');

/** Undefined for a store that is not a demo. Markers of before the clock could run say only where it stands. */
export const readDemoMarker = (files: DataDirectory): DemoMarker | undefined => {
  if (!isThere(fileOf(files))) return undefined;
  const marker = JSON.parse(readFileSync(fileOf(files), 'utf8')) as Omit<DemoMarker, 'until'> & Partial<DemoMarker>;
  return { ...marker, until: marker.until ?? marker.today ?? Date.now() };
};

/** Replaces it as a whole: a kill leaves the old one or the new one. */
export const writeDemoMarker = (files: DataDirectory, marker: DemoMarker): void => {
  const unfinished = `${fileOf(files)}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(marker, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, fileOf(files));
};

/** Makes a store one like any other: its "now" is the clock's again. */
export const removeDemoMarker = (files: DataDirectory): void => rmSync(fileOf(files), { force: true });

/** What "now" is in a store: the clock's, but where a demo's stands still. */
export const nowIn = (files: DataDirectory): number => readDemoMarker(files)?.today ?? Date.now();
