import { existsSync } from 'node:fs';
import { RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { openSqliteReadModel } from '@rapport/read-model';
import { CommandError } from '../exit';
import { type DataDirectory, dataDirectory } from './data-directory';
import { readStored, storedHashes } from './ruleset-files';

export interface InForce {
  readonly ruleset: Ruleset;
  readonly hash: string;
}

/** The hash that the read model was folded with; undefined where there is none yet. */
const foldedWith = async (files: DataDirectory): Promise<string | undefined> => {
  if (!existsSync(files.relationships)) return undefined;
  const readModel = await openSqliteReadModel(files.relationships, { mode: 'read', factors: {} });
  try {
    return (await readModel.checkpoint())?.ruleset;
  } finally {
    await readModel.close();
  }
};

/**
 * The ruleset in force: the one that folded the read model; before anything was folded, the one the store was made
 * with; `retail` where there is no store.
 */
export const rulesetInForce = async (directory: string): Promise<InForce> => {
  const files = dataDirectory(directory);
  const stored = storedHashes(files);
  const hash = (await foldedWith(files)) ?? (stored.length === 1 ? stored[0] : undefined);
  if (hash !== undefined) return { ruleset: readStored(files, hash), hash };
  if (stored.length > 1)
    throw new CommandError(
      `${files.rulesets} holds ${stored.length} rulesets, and no read model says which is in force. Keep only that one there, then run: rapport rebuild`,
    );
  return { ruleset: RETAIL, hash: rulesetHash(RETAIL) };
};
