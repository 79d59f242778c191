import { join } from 'node:path';
import { MODEL_VERSION, RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { createRulesetHistory, type Publication, rulesetOf } from '@rapport/engine';
import { type EventLog, openEventLog } from '@rapport/event-log';
import { type Checkpoint, openReadModel, readModelExists } from '@rapport/read-model';
import { type DataDirectory, dataDirectory, hasStore } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import { notedInForce, readStored, storedHashes } from './ruleset-files';
import { shellWord } from './shell-word';
import { unusableProjection } from './unusable';

export interface InForce {
  readonly ruleset: Ruleset;
  readonly hash: string;
  /** By which it came into force; absent in a store that was never opened for writing since they are recorded. */
  readonly publication?: Publication;
}

/** Where the read model stands, and what made it; undefined where there is none that can say it. */
export const checkpointIn = async (files: DataDirectory): Promise<Checkpoint | undefined> => {
  if (!readModelExists(files.readModel)) return undefined;
  return readCheckpoint(files).catch((error: unknown) => {
    if (unusableProjection(error, files) !== undefined) return undefined;
    throw error;
  });
};

const readCheckpoint = async (files: DataDirectory): Promise<Checkpoint | undefined> => {
  const readModel = await openReadModel(files.readModel, { mode: 'read', factors: {} });
  try {
    return await readModel.checkpoint();
  } finally {
    await readModel.close();
  }
};

/** Why the read model cannot be continued by the rules in force, in words; undefined where it can. */
export const cannotContinue = async (files: DataDirectory, { hash }: InForce): Promise<string | undefined> => {
  const stands = await checkpointIn(files);
  if (stands === undefined) return undefined;
  if (stands.model !== MODEL_VERSION)
    return `version ${stands.model} of the model made it, and this program computes version ${MODEL_VERSION}`;
  if (stands.asOf === undefined) return 'a version made it that did not keep back what lies ahead';
  return stands.ruleset === hash ? undefined : 'it was made with another ruleset than the one in force';
};

/**
 * The ruleset in force where no publication says it: the one that folded the read model; without one that can be read,
 * the one that was noted; `retail` where there is nothing at all.
 *
 * @throws DataDirectoryError where several are kept and nothing says which it is, or it cannot be read
 */
export const inForceUnrecorded = async (files: DataDirectory): Promise<InForce> => {
  const stored = storedHashes(files);
  const folded = (await checkpointIn(files))?.ruleset;
  const hash = folded ?? notedInForce(files) ?? (stored.length === 1 ? stored[0] : undefined);
  if (hash !== undefined) return { ruleset: readStored(files, hash), hash };
  if (stored.length > 1)
    throw new DataDirectoryError(
      `${files.rulesets} holds ${stored.length} rulesets, and no read model says which is in force. Say which: rapport rebuild --data ${shellWord(files.directory)} --ruleset ${shellWord(join(files.rulesets, 'HASH.json'))}`,
    );
  return { ruleset: RETAIL, hash: rulesetHash(RETAIL) };
};

/** The ruleset that a publication names: from the log, else as it is kept. @throws DataDirectoryError where it is lost */
export const publishedRuleset = (files: DataDirectory, publication: Publication): InForce => ({
  ruleset: rulesetOf(publication) ?? readStored(files, publication.ruleset.hash),
  hash: publication.ruleset.hash,
  publication,
});

/** The ruleset in force: the one last published. */
export const rulesetInForce = async (files: DataDirectory, log: EventLog): Promise<InForce> => {
  const last = (await createRulesetHistory(log).publications()).at(-1);
  return last === undefined ? inForceUnrecorded(files) : publishedRuleset(files, last);
};

/** The same of a directory that is not open; `retail` where there is no store. */
export const rulesetInForceAt = async (directory: string): Promise<InForce> => {
  const files = dataDirectory(directory);
  if (!hasStore(files)) return inForceUnrecorded(files);
  const log = await openEventLog(files.eventLog, { mode: 'read' });
  try {
    return await rulesetInForce(files, log);
  } finally {
    await log.close();
  }
};
