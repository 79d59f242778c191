import { problem, problemWith, type TouchpointProblem } from './problem';

/** What stands around `data`, undecoded, and how the sender calls it. */
export interface Envelope {
  readonly id: unknown;
  readonly source: unknown;
  readonly type: string;
  readonly version: unknown;
  readonly customer: unknown;
  readonly occurredAt: unknown;
  readonly recordedAt: unknown;
  readonly staff: unknown;
  readonly correlationId: unknown;
  readonly data: unknown;
  readonly names: EnvelopeNames;
}

export interface EnvelopeNames {
  readonly version: string;
  readonly customer: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly correlationId: string;
}

type Input = Readonly<Record<string, unknown>>;

const COMPACT: EnvelopeNames = {
  version: 'version',
  customer: 'customer',
  occurredAt: 'occurredAt',
  recordedAt: 'recordedAt',
  correlationId: 'correlationId',
};
const CLOUD_EVENT: EnvelopeNames = {
  version: 'type',
  customer: 'subject',
  occurredAt: 'time',
  recordedAt: 'recordedtime',
  correlationId: 'correlationid',
};

const SEGMENT_CALLS: ReadonlySet<unknown> = new Set(['track', 'identify', 'page', 'screen', 'group', 'alias']);
const JSON_CONTENT = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * Tells a CloudEvent 1.0 (it has `specversion`) from the compact form and reads either. Fields of the envelope that are
 * not named here, such as CloudEvents extensions for tracing, are not part of a touchpoint and are left out.
 */
export const readEnvelope = (input: Input): Envelope | TouchpointProblem =>
  input.specversion !== undefined ? readCloudEvent(input) : readCompact(input);

const readCompact = (input: Input): Envelope | TouchpointProblem => {
  const { type } = input;
  if (typeof type !== 'string') return problem('type', 'the name of a touchpoint type such as order.completed', type);
  if (SEGMENT_CALLS.has(type) && input.customer === undefined)
    return problem('type', 'a touchpoint', type, 'This looks like a Segment call; send it as one.');
  return {
    id: input.id,
    source: input.source,
    type,
    version: input.version,
    customer: input.customer,
    occurredAt: input.occurredAt,
    recordedAt: input.recordedAt,
    staff: input.staff,
    correlationId: input.correlationId,
    data: input.data,
    names: COMPACT,
  };
};

const readCloudEvent = (input: Input): Envelope | TouchpointProblem => {
  if (input.specversion !== '1.0') return problem('specversion', '"1.0"', input.specversion);
  const { type, datacontenttype: content } = input;
  const match = typeof type === 'string' ? /^touchpoint\.(.+)\.v([1-9]\d{0,3})$/.exec(type) : null;
  if (match === null)
    return problem('type', 'touchpoint.<name>.v<version> such as touchpoint.order.completed.v1', type);
  if (content != null && !(typeof content === 'string' && JSON_CONTENT.test(content)))
    return problem('datacontenttype', 'application/json', content);
  if (input.data_base64 != null) return problemWith('data_base64', 'JSON in data', 'binary data');
  return {
    id: input.id,
    source: input.source,
    type: match[1] ?? '',
    version: Number(match[2]),
    customer: input.subject,
    occurredAt: input.time,
    recordedAt: input.recordedtime,
    staff: input.staff,
    correlationId: input.correlationid,
    data: input.data,
    names: CLOUD_EVENT,
  };
};
