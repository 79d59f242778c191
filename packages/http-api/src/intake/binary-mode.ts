import type { IncomingHttpHeaders } from 'node:http';
import { type Either, left, right } from 'fp-ts/Either';
import type { FieldError } from '../problem';

/** Attributes that a touchpoint has; other extensions are left out, as in structured mode. */
const ATTRIBUTES = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'recordedtime',
  'correlationid',
  'staff',
] as const;

/** Values in headers are percent-encoded UTF-8, and may be quoted (CloudEvents HTTP binding 1.0, 3.1.3.2). */
const headerValue = (value: string): string => {
  const bare = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  return bare.includes('%') ? decodeURIComponent(bare) : bare;
};

export const isBinaryMode = (headers: IncomingHttpHeaders): boolean => headers['ce-specversion'] !== undefined;

/** The event of a request in binary mode: attributes in `ce-` headers, data in the body. */
export const binaryEvent = (
  headers: IncomingHttpHeaders,
  data: unknown,
): Either<readonly FieldError[], Readonly<Record<string, unknown>>> => {
  const event: Record<string, unknown> = { data };
  const errors: FieldError[] = [];
  for (const name of ATTRIBUTES) {
    const value = headers[`ce-${name}`];
    if (typeof value !== 'string') continue;
    try {
      event[name] = headerValue(value);
    } catch {
      errors.push({ field: name, message: `the header ce-${name} is not percent-encoded UTF-8` });
    }
  }
  return errors.length === 0 ? right(event) : left(errors);
};
