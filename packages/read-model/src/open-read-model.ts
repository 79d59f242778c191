import { acquireWriter, isThere } from '@rapport/sqlite';
import { openSqliteCrossSellStore, type SqliteCrossSellOptions } from './cross-sell';
import type { CrossSellStore } from './cross-sell/cross-sell-store';
import type { CrossSellLocation, ReadModelLocation } from './location';
import type { FactorParameters, ReadModel } from './read-model';
import {
  discardBuild,
  discardFile,
  openReadModelFileOnThread,
  openSqliteReadModel,
  type SqliteReadModelOptions,
  switchIn,
} from './sqlite';

export type OpenReadModelOptions = Omit<SqliteReadModelOptions, 'bulk'>;
export type OpenCrossSellOptions = SqliteCrossSellOptions;

/**
 * Opens the read model at a location with the adapter of its kind. This file is the only place that knows which adapters
 * there are.
 *
 * @throws StorageError for everything that is wrong with the store, its version, or a second writer
 * @example const readModel = await openReadModel({ kind: 'sqlite', path }, { mode: 'read', factors: {} });
 */
export const openReadModel = (location: ReadModelLocation, options: OpenReadModelOptions): Promise<ReadModel> =>
  openSqliteReadModel(location.path, options);

/**
 * Opens the read model at a location for questions only. A question about a million customers takes its time on a thread
 * of its own, without delaying the caller. Questions are answered one after another.
 *
 * @throws StorageError as {@link openReadModel}, here and at every call
 */
export const openReadModelOnThread = (
  location: ReadModelLocation,
  factors: Readonly<Record<string, FactorParameters>>,
): Promise<ReadModel> => openReadModelFileOnThread(location.path, factors);

/** A read model that is built beside the live one. It cannot be read by others before `finish`. */
export interface ReadModelBuild extends ReadModel {
  /** Makes all of it durable; from then on it is a model like any other. */
  finish(): Promise<void>;
}

/** Where a build beside a read model is kept. */
export const buildLocation = ({ path }: ReadModelLocation): ReadModelLocation => ({
  kind: 'sqlite',
  path: `${path}.building`,
});

/**
 * Begins a build at a location; a build that stands there is thrown away. A kill before `finish` leaves nothing that
 * could be taken for a read model.
 *
 * @throws StorageError as {@link openReadModel}
 */
export const beginReadModelBuild = (
  location: ReadModelLocation,
  factors: Readonly<Record<string, FactorParameters>>,
): Promise<ReadModelBuild> => openSqliteReadModel(location.path, { mode: 'write', factors, bulk: true });

/**
 * Puts a finished build in the place of the live read model, in one step: a kill at any moment leaves one of the two.
 * Readers that have the old one open keep reading it. The live model must be closed for writing, the build altogether.
 *
 * @throws StorageError `in-use` when one of them is open for writing, `unavailable` when the build was not finished
 */
export const switchInReadModel = (build: ReadModelLocation, live: ReadModelLocation): void =>
  switchIn(build.path, live.path);

/** Removes what is left of a build; nothing happens where there is none. */
export const discardReadModelBuild = ({ path }: ReadModelLocation): void => discardBuild(path);

/** Removes a read model; nothing happens where there is none. */
export const discardReadModel = ({ path }: ReadModelLocation): void => discardFile(path);

export const readModelExists = ({ path }: ReadModelLocation): boolean => isThere(path);

/**
 * Whether it can be written just now, before long work for it begins.
 *
 * @throws StorageError `in-use` when another process writes it
 */
export const checkReadModelIsFree = ({ path }: ReadModelLocation): void => acquireWriter(path).release();

/**
 * Opens the projection for cross-selling at a location with the adapter of its kind.
 *
 * @throws StorageError, here and at every call, for everything that is wrong with the store or its version
 */
export const openCrossSellStore = async (
  { path }: CrossSellLocation,
  options: OpenCrossSellOptions,
): Promise<CrossSellStore> => openSqliteCrossSellStore(path, options);

export const crossSellStoreExists = ({ path }: CrossSellLocation): boolean => isThere(path);

/** Removes the projection for cross-selling; nothing happens where there is none. */
export const discardCrossSellStore = ({ path }: CrossSellLocation): void => discardFile(path);
