import * as crypto from 'node:crypto';
import type { Json, JsonObject } from '@rapport/domain';
import canonicalize from 'canonicalize';

/** What an event says, with its stream: everything but when it was recorded and where it stands. */
export interface EventContent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly version?: number;
  readonly occurredAt: number;
  readonly staff?: string | null;
  readonly correlationId?: string | null;
}

/** Whether JSON.stringify would already write the keys in canonical order and all numbers as they are. */
const isCanonical = (value: Json | undefined): boolean => {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isCanonical);
  let previous = '';
  for (const key in value) {
    if (key < previous || !isCanonical((value as JsonObject)[key])) return false;
    previous = key;
  }
  return true;
};

/**
 * RFC 8785 JSON: the same text for the same data, whatever the order of its keys. Numbers and strings are written by
 * the RFC as ECMAScript writes them, so only the order of keys makes work.
 */
export const canonicalJson = (data: JsonObject): string => {
  if (isCanonical(data)) return JSON.stringify(data);
  return canonicalize(data) as string;
};

// `crypto.hash` came with Node 20.12; the types of Node 20 do not know it yet.
const { hash: oneShotHash } = crypto as unknown as {
  hash(algorithm: string, data: string | Uint8Array, encoding: 'binary'): string;
};

/** SHA-256 of UTF-8 text or of bytes, 32 bytes. By way of a binary string, five times as fast as asking for a Buffer. */
export const sha256 = (content: string | Uint8Array): Buffer =>
  Buffer.from(oneShotHash('sha256', content, 'binary'), 'latin1');

/**
 * The hash of an event's content: SHA-256 of the RFC 8785 JSON of `{ correlationId?, data, id, occurredAt, source,
 * staff?, stream, type, version }`. Anyone can compute it again with a few lines in any language.
 */
export const contentHash = (stream: string, event: EventContent, canonicalData: string): Buffer => {
  const { correlationId, staff } = event;
  return sha256(
    `{${correlationId == null ? '' : `"correlationId":${JSON.stringify(correlationId)},`}"data":${canonicalData}` +
      `,"id":${JSON.stringify(event.id)},"occurredAt":${event.occurredAt},"source":${JSON.stringify(event.source)}` +
      `${staff == null ? '' : `,"staff":${JSON.stringify(staff)}`},"stream":${JSON.stringify(stream)}` +
      `,"type":${JSON.stringify(event.type)},"version":${event.version ?? 1}}`,
  );
};
