import { atStore, openStore } from '@rapport/sqlite';
import { countRejections, findRejection, listRejections } from './queries';
import type { RejectionsReader } from './rejections';
import { REJECTIONS_FILE } from './schema';

/** Opens a store of what was refused for questions; an engine may write to it meanwhile. @throws StoreError */
export const readRejections = (path: string): RejectionsReader => {
  const { db, close } = openStore(path, { ...REJECTIONS_FILE, mode: 'read' });
  return {
    list: (query) => atStore(path, () => listRejections(db, query)),
    find: (id) => atStore(path, () => findRejection(db, id)),
    counts: (key) => atStore(path, () => countRejections(db, key)),
    close,
  };
};
