import { hash } from 'node:crypto';
import type { Json, JsonObject } from '@rapport/domain';

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

/** Text that JSON writes as it is, between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;
const quote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const areSorted = (keys: readonly string[]): boolean => {
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return false;
  return true;
};

/**
 * RFC 8785 JSON: the same text for the same data, whatever the order of its keys. The RFC writes numbers and strings
 * as ECMAScript does and orders keys as it compares strings, so this is all that is needed. Twice as fast as the
 * library, with which a property test compares it; appending spends a fifth of its time on it otherwise.
 *
 * @throws TypeError for numbers that JSON does not have.
 */
export const canonicalJson = (data: Json): string => {
  if (typeof data === 'string') return quote(data);
  if (typeof data === 'number') {
    if (!Number.isFinite(data)) throw new TypeError(`${data} is not a number that JSON can say; leave it out.`);
    return String(data);
  }
  if (typeof data !== 'object' || data === null) return String(data);
  let text = '';
  if (Array.isArray(data)) {
    for (const item of data) text += text === '' ? canonicalJson(item ?? null) : `,${canonicalJson(item ?? null)}`;
    return `[${text}]`;
  }
  const members = data as JsonObject;
  const keys = Object.keys(members);
  if (!areSorted(keys)) keys.sort();
  for (const key of keys) {
    const value: Json | undefined = members[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${quote(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
};

/** SHA-256 of UTF-8 text or of bytes, 32 bytes. By way of a binary string, five times as fast as asking for a Buffer. */
export const sha256 = (content: string | Uint8Array): Buffer =>
  Buffer.from(hash('sha256', content, 'binary'), 'latin1');

/**
 * The hash of an event's content: SHA-256 of the RFC 8785 JSON of `{ correlationId?, data, id, occurredAt, source,
 * staff?, stream, type, version }`. Anyone can compute it again with a few lines in any language.
 */
export const contentHash = (stream: string, event: EventContent, canonicalData: string): Buffer => {
  const { correlationId, staff } = event;
  return sha256(
    `{${correlationId == null ? '' : `"correlationId":${quote(correlationId)},`}"data":${canonicalData}` +
      `,"id":${quote(event.id)},"occurredAt":${event.occurredAt},"source":${quote(event.source)}` +
      `${staff == null ? '' : `,"staff":${quote(staff)}`},"stream":${quote(stream)}` +
      `,"type":${quote(event.type)},"version":${event.version ?? 1}}`,
  );
};
