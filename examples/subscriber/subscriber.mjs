// Follows changes as they happen. The file `cursor` remembers how far it is: started again, it goes on from there.
import { createRapportClient, fileCursorStore } from '@rapport/client';

const { RAPPORT_URL: baseUrl = 'http://127.0.0.1:7600', RAPPORT_KEY: key } = process.env;

const client = createRapportClient({ baseUrl, key });
const changes = client.stageChanges({ after: 'start', cursorStore: fileCursorStore('cursor') });

for await (const { event } of changes) {
  if (event.type === 'relationship.stageChanged.v1')
    console.log(`${event.subject}: ${event.data.from ?? 'new'} -> ${event.data.to}`);
}
