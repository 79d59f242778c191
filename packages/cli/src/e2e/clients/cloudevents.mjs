// As a producer of CloudEvents sends them, in each mode: node cloudevents.mjs URL KEY
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';

const [, , url, key] = process.argv;
const send = httpTransport(`${url}/v1/touchpoints`);
const headers = { authorization: `Bearer ${key}` };
const order = (id, more) =>
  new CloudEvent({
    id,
    source: 'shop',
    type: 'touchpoint.order.completed.v1',
    subject: 'c-1',
    time: '2026-03-01T12:00:00Z',
    data: { orderId: id, total: 19.99 },
    ...more,
  });
const say = ({ body }) => process.stdout.write(`${body}\n`);

say(await emitterFor(send, { mode: Mode.STRUCTURED })(order('structured'), { headers }));
say(await emitterFor(send, { mode: Mode.BINARY })(order('binary', { correlationid: 'case-1' }), { headers }));
// The library puts the subject into a header as it is: percent-encoded by the caller, as the binding wants it.
const subject = encodeURIComponent('Zoë 東京');
say(await emitterFor(send, { mode: Mode.BINARY })(order('encoded', { subject }), { headers }));
say(await emitterFor(send, { mode: Mode.BINARY })(order('latin', { subject: 'Zürich' }), { headers }));
const batch = { 'content-type': 'application/cloudevents-batch+json', ...headers };
say(await send({ headers: {}, body: JSON.stringify([order('batch-1'), order('batch-2')]) }, { headers: batch }));
// What the library reads of what it writes is what is recorded.
const { headers: written, body } = HTTP.binary(order('binary', { correlationid: 'case-1' }));
say({ body: JSON.stringify(HTTP.toEvent({ headers: written, body })) });
