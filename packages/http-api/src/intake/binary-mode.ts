/** CloudEvents in binary mode: attributes in `ce-` headers, data in the body (HTTP binding 1.0.2, 3.1). */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { FieldError } from '../problem';
import { BATCH, EVENT, mediaTypeOf } from './media-types';

/** Attributes that a touchpoint has; other extensions are left out, as in structured mode. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'recordedtime',
  'correlationid',
  'staff',
]);

/** Whether it is an event in binary mode. The media type says so first: an event as a whole may have `ce-` headers too. */
export const isBinaryMode = (request: FastifyRequest): boolean => {
  if (request.headers['ce-specversion'] === undefined) return false;
  const type = mediaTypeOf(request);
  return type !== EVENT && type !== BATCH;
};

/** The event of a request in binary mode, and the parts of it that cannot be read. */
export interface BinaryEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[];
}

/** @param data undefined where the request has no body: events need none */
export const binaryEvent = ({ raw: { rawHeaders } }: FastifyRequest, data: unknown): BinaryEvent => {
  const event: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [header, text] = [String(rawHeaders[i]).toLowerCase(), String(rawHeaders[i + 1])];
    const name = header.slice('ce-'.length);
    if (!header.startsWith('ce-') || !ATTRIBUTES.has(name)) continue;
    const value = attributeValue(text);
    if (name in event) errors.push({ field: name, message: `the header ${header} is there more than once` });
    else if ('fault' in value) errors.push({ field: name, message: `the header ${header} ${value.fault}` });
    event[name] = 'text' in value ? value.text : undefined;
  }
  if (isEvent(data))
    errors.push({
      field: 'data',
      message: `the body is an event as a whole beside the headers of another; send it as ${EVENT}, or without ce- headers`,
    });
  return { event: data === undefined ? event : { ...event, data }, errors };
};

/** An envelope recorded as data would keep the right event from being recorded ever after. */
const isEvent = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && ['specversion', 'id', 'source', 'type'].every((name) => name in data);

/** The value of an attribute by the rules for headers (3.1.3.2): bytes of UTF-8, unquoted, then percent-decoded once. */
const attributeValue = (header: string): { readonly text: string } | { readonly fault: string } => {
  // Bytes beyond ASCII come as one character each. Senders are to encode them, and not all do.
  const bytes = Buffer.from(header, 'latin1');
  if (!isUtf8(bytes)) return { fault: 'is not UTF-8; percent-encode it' };
  const text = bytes.toString('utf8');
  const bare = text.startsWith('"') ? unquoted(text) : text;
  if (bare === undefined) return { fault: 'has a quotation mark that is not closed' };
  try {
    return { text: bare.includes('%') ? decodeURIComponent(bare) : bare };
  } catch {
    return { fault: 'is not percent-encoded UTF-8; a percent sign itself is %25' };
  }
};

const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s;

/** The content of a quoted string (RFC 9110, 5.6.4); undefined for other text. */
const unquoted = (text: string): string | undefined => QUOTED.exec(text)?.[1]?.replace(/\\(.)/gs, '$1');
