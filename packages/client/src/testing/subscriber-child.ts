/** The process that the kill test kills: a subscriber that notes each change it handles. Arguments: address, cursor file, notes. */
import { appendFileSync } from 'node:fs';
import { createRapportClient } from '../client';
import { fileCursorStore } from '../cursor-store';

const [, , baseUrl, cursorFile, notes] = process.argv;

const run = async (): Promise<void> => {
  const client = createRapportClient({ baseUrl });
  for await (const { event } of client.stageChanges({ after: 'start', cursorStore: fileCursorStore(cursorFile) }))
    appendFileSync(notes, `${event.id}\n`);
};

void run();
