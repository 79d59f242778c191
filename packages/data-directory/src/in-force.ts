import { join } from 'node:path';
import { RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { openSqliteReadModel } from '@rapport/read-model';
import { isThere } from '@rapport/sqlite';
import { type DataDirectory, dataDirectory } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import { notedInForce, readStored, storedHashes } from './ruleset-files';
import { shellWord } from './shell-word';
import { unusableProjection } from './unusable';

export interface InForce {
  readonly ruleset: Ruleset;
  readonly hash: string;
}

/** The hash that the read model was folded with; undefined where there is none that can say it. */
const foldedWith = async (files: DataDirectory): Promise<string | undefined> => {
  if (!isThere(files.relationships)) return undefined;
  return checkpointRuleset(files).catch((error: unknown) => {
    if (unusableProjection(error, files) !== undefined) return undefined;
    throw error;
  });
};

const checkpointRuleset = async (files: DataDirectory): Promise<string | undefined> => {
  const readModel = await openSqliteReadModel(files.relationships, { mode: 'read', factors: {} });
  try {
    return (await readModel.checkpoint())?.ruleset;
  } finally {
    await readModel.close();
  }
};

/**
 * The ruleset in force: the one that folded the read model; without a read model that can be read, the one that was
 * noted; `retail` where there is no store.
 */
export const rulesetInForce = async (directory: string): Promise<InForce> => {
  const files = dataDirectory(directory);
  const stored = storedHashes(files);
  const hash = (await foldedWith(files)) ?? notedInForce(files) ?? (stored.length === 1 ? stored[0] : undefined);
  if (hash !== undefined) return { ruleset: readStored(files, hash), hash };
  if (stored.length > 1)
    throw new DataDirectoryError(
      `${files.rulesets} holds ${stored.length} rulesets, and no read model says which is in force. Say which: rapport rebuild --data ${shellWord(directory)} --ruleset ${shellWord(join(files.rulesets, 'HASH.json'))}`,
    );
  return { ruleset: RETAIL, hash: rulesetHash(RETAIL) };
};
