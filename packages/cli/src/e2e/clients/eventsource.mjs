// As a dashboard follows changes, over interruptions too: node eventsource.mjs URL KEY
import { EventSource } from 'eventsource';

const [, , url, key] = process.argv;
const source = new EventSource(`${url}/v1/stage-changes/stream`, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } }),
});
// While the library waits to reconnect, it keeps no process alive: a dashboard has other things that do.
setInterval(() => {}, 60_000);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
source.addEventListener('open', () => say({ open: true }));
source.addEventListener('relationship.stageChanged.v1', ({ data, lastEventId }) => {
  const { id, subject } = JSON.parse(data);
  say({ id, subject, lastEventId });
});
source.addEventListener('disconnected', ({ data }) => say({ disconnected: JSON.parse(data) }));
