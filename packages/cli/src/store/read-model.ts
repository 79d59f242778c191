import type { ReadingStore } from '@rapport/data-directory';
import type { ReadModel } from '@rapport/read-model';
import { CommandError } from '../exit';

/** @throws CommandError where there is no read model to answer from */
export const refuseWithoutReadModel = ({ hasReadModel, files }: ReadingStore): void => {
  if (!hasReadModel) throw new CommandError(`${files.relationships} is missing: "rapport rebuild" makes it again.`);
};

/** @throws CommandError where there is none */
export const readModelOf = (store: ReadingStore): Promise<ReadModel> => {
  refuseWithoutReadModel(store);
  return store.readModel();
};
