/** The intake as OpenAPI tells it. Touchpoints themselves are decoded by the domain, whose schemas these refer to. */
import { anyOf, codec, integer, type JsonSchema, list, object, oneOf, refused, text } from '../codec';
import { MAX_BATCH } from './batch';
import { BATCH, EVENT, STREAMS } from './media-types';

const id = text('The id it came with.');
const source = text('Its source.');
const position = text('Where it stands in the log: grows with every touchpoint.');
const errors = list(
  object({ field: text('As the sender calls it; empty for the whole.'), message: text('The problem.') }),
  'The wrong fields, and why.',
);
const warnings = list(
  object({
    field: text('As the sender calls it.'),
    message: text('The field it resembles, or the value that was used.'),
  }),
  'Fields that look misspelt, and values taken otherwise than written; it is recorded all the same.',
);
const index = integer('Its place in the list, from 0.', { minimum: 0 });
const line = integer('Its line in the stream, from 1.', { minimum: 1 });
const count = (what: string) => integer(what, { minimum: 0 });

const standing = {
  status: oneOf(['recorded', 'duplicate'], 'A duplicate was recorded before, with the same content.'),
};
const conflict = { status: oneOf(['conflict'], 'Its identity is taken by other content.') };
const rejected = { status: oneOf(['rejected'], 'It cannot be recorded.') };
const skipped = { status: oneOf(['skipped'], 'A call that does not become a touchpoint.') };

const single = object({ ...standing, id, source, position }, { warnings });
const skippedOne = object({ ...skipped, reason: text('Why.') }, { id });
const resultsAt = <P extends Readonly<Record<string, typeof index>>>(place: P) => [
  object({ ...place, ...standing, id, source, position }, { warnings }),
  object({ ...place, ...conflict, id, source, errors }),
  object({ ...place, ...rejected, errors }, { id, source }),
];
const counts = {
  recorded: count('New ones.'),
  duplicates: count('Recorded before.'),
  conflicts: count('Whose identity is taken.'),
  rejected: count('That cannot be recorded.'),
};
const someCounts = { withWarnings: count('Recorded, or recorded before, with warnings; absent where there are none.') };
const batch = object(
  { ...counts, results: list(anyOf(...resultsAt({ index })), 'One for each, in order.') },
  someCounts,
);
const segmentBatch = object(
  {
    ...counts,
    results: list(
      anyOf(...resultsAt({ index }), object({ index, ...skipped, reason: text('Why.') }, { id })),
      'One for each, in order.',
    ),
  },
  someCounts,
);
const summary = object(
  { status: oneOf(['done', 'failed'], 'The last line: whether the stream was read to its end.'), ...counts },
  { ...someCounts, problem: codec({ $ref: 'Problem#' }) },
);
const streamLine = anyOf(...resultsAt({ line }), summary);

const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
const answer = (description: string, content: JsonSchema) => ({ description, content });

const SENT_AT = {
  'rapport-sent-at': {
    type: 'string',
    format: 'date-time',
    description:
      'When the request was sent, by the clock that dated its touchpoints. Each is then dated `receivedAt - (sentAt - occurredAt)`, never later than it was received.',
  },
};

const TOUCHPOINT = { $ref: 'Touchpoint#' };
const CLOUD_EVENT = { $ref: 'TouchpointCloudEvent#' };
const NDJSON = { type: 'string', description: 'A touchpoint a line, as CloudEvent or in the compact form.' };
const REFUSED = {
  400: refused('Not JSON, not UTF-8, or not what its media type says.'),
  408: refused('It took too long to arrive.'),
  413: refused('Larger than a body or a touchpoint may be.'),
  415: refused('Another media type, charset or encoding than those listed.'),
};
const REFUSED_ONE = {
  409: refused('The identity of the touchpoint is taken by other content.'),
  422: refused('The touchpoint cannot be recorded; `errors` says which fields are wrong.'),
};

export const TOUCHPOINTS_SCHEMA = {
  operationId: 'recordTouchpoints',
  tags: ['touchpoints'],
  summary: 'Records touchpoints: one, a list, or a stream',
  description: [
    'A touchpoint answered as recorded is on the disk. Sending it again is safe: it is then a duplicate.',
    `One touchpoint is a CloudEvent (\`${EVENT}\`) or in the compact form (\`application/json\`). A CloudEvent in binary mode has its attributes in \`ce-\` headers, and any other media type of JSON or no body. One touchpoint is answered with 200, 409 or 422.`,
    `A list (\`application/json\`, \`${BATCH}\`) has at most ${MAX_BATCH}. It is answered with 200 and a result for each; good ones are kept whatever the others are.`,
    `A stream (${STREAMS.map((type) => `\`${type}\``).join(', ')}) may be of any length. Results come line by line, in order, as they become durable; the last line counts them. Read them while you send: nothing more is read from who does not. Of a stream that breaks off, what was answered is recorded.`,
    '`recordedAt` is for the log to say. Where a name comes twice in an object, the last one counts.',
  ].join('\n\n'),
  headers: { type: 'object', properties: SENT_AT },
  body: {
    content: {
      'application/json': { schema: { anyOf: [TOUCHPOINT, CLOUD_EVENT, { type: 'array', items: TOUCHPOINT }] } },
      [EVENT]: { schema: CLOUD_EVENT },
      [BATCH]: { schema: { type: 'array', items: CLOUD_EVENT, maxItems: MAX_BATCH } },
      ...Object.fromEntries(STREAMS.map((type) => [type, { schema: NDJSON }])),
    },
  },
  response: {
    200: answer('The result.', {
      ...json({ anyOf: [single, batch] }),
      'application/x-ndjson': { schema: { ...streamLine, description: 'Each line.' } },
    }),
    ...REFUSED,
    ...REFUSED_ONE,
  },
};

const SECURITY: readonly Readonly<Record<string, readonly string[]>>[] = [{ bearer: [] }, { writeKey: [] }];
const CALL_TEXTS = {
  messageId: { type: 'string', description: 'Tells a repetition from another call.' },
  userId: { type: 'string', description: 'The customer.' },
  anonymousId: { type: 'string', description: 'The customer, while there is no `userId`.' },
};
const INSTANT = { type: 'string', format: 'date-time' };
const CALL = {
  type: 'object',
  required: ['messageId'],
  properties: {
    type: {
      type: 'string',
      description: '`track` or `alias`, or `identify` where `segment.mergeOnIdentify` is set; others are skipped.',
    },
    event: {
      type: 'string',
      description: 'An event of the table in the reference of touchpoints.',
      examples: ['Order Completed'],
    },
    ...CALL_TEXTS,
    timestamp: { ...INSTANT, description: 'When it happened; when it was received where absent.' },
    originalTimestamp: { ...INSTANT, description: 'Counts before `timestamp`.' },
    sentAt: {
      ...INSTANT,
      description: 'Corrects the clock: the touchpoint is dated `receivedAt - (sentAt - originalTimestamp)`.',
    },
    properties: { type: 'object' },
  },
  examples: [
    {
      type: 'track',
      event: 'Order Completed',
      messageId: 'm-1',
      userId: 'c-17',
      timestamp: '2026-03-01T12:00:00Z',
      properties: { order_id: 'o-1', revenue: 19.99, currency: 'EUR' },
    },
  ],
};

export const TRACK_SCHEMA = {
  operationId: 'track',
  tags: ['touchpoints'],
  summary: "Records a call of Segment's libraries",
  description:
    'The key may be sent as the user name of Basic, as these libraries do. `/v1/t`, `/v1/i`, `/v1/p`, `/v1/s`, `/v1/g` and `/v1/a` are the same for calls of the type that begins with the letter, as libraries for browsers send them; `/v1/b` is `/v1/batch`.',
  security: SECURITY,
  body: { content: json(CALL) },
  response: {
    200: answer('The result.', json({ anyOf: [single, skippedOne] })),
    ...REFUSED,
    ...REFUSED_ONE,
  },
};

export const BATCH_CALL_SCHEMA = {
  operationId: 'batch',
  tags: ['touchpoints'],
  summary: "Records a batch of calls of Segment's libraries",
  description:
    'Calls that do not become touchpoints (`page`, `screen`, `group`, and `identify` where `segment.mergeOnIdentify` is not set) are skipped. The key may be sent as the user name of Basic.',
  security: SECURITY,
  body: {
    content: json({
      type: 'object',
      required: ['batch'],
      properties: {
        batch: { type: 'array', items: CALL, maxItems: MAX_BATCH },
        sentAt: { ...INSTANT, description: 'Of calls that say none themselves.' },
      },
    }),
  },
  response: { 200: answer('A result for each call.', json(segmentBatch)), ...REFUSED },
};
