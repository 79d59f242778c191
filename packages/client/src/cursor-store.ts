/** Where a subscriber keeps how far it has come, so that it goes on there when it is started again. */
export interface CursorStore {
  /** Undefined when nothing was saved yet. */
  load(): Promise<string | undefined>;
  /** Durable when it resolves. */
  save(cursor: string): Promise<void>;
}

/** A cursor of Rapport is one short word. */
const CURSOR = /^[\x21-\x7e]{1,200}$/;

/**
 * A cursor in a file, written beside it, synchronised and renamed: after a crash the file holds the cursor before or
 * the one after, never half of one. For one subscriber; two that share a file lose changes.
 *
 * @throws Error (the promise rejects) when the file is there and holds no cursor
 * @example client.stageChanges({ cursorStore: fileCursorStore('/var/lib/mailer/cursor') })
 */
export const fileCursorStore = (path: string): CursorStore => ({
  load: async () => {
    const { readFile } = await import('node:fs/promises');
    let text: string;
    try {
      text = (await readFile(path, 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (!CURSOR.test(text))
      throw new Error(
        `${path} holds no cursor. Put the last cursor back, or remove the file to begin with what happens from now on.`,
      );
    return text;
  },
  save: async (cursor) => {
    const { open, rename } = await import('node:fs/promises');
    const { dirname } = await import('node:path');
    const unfinished = `${path}.unfinished`;
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(`${cursor}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    // The rename is lasting once the folder is; some systems cannot synchronise a folder.
    const folder = await open(dirname(path), 'r').catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  },
});
