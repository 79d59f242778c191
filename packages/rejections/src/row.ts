import { createHash } from 'node:crypto';
import type { Catalogue } from '@rapport/domain';
import { bounded, LONGEST_BODY, ROW_BYTES, short } from './limits';
import { keptNames } from './mask/kept-names';
import { maskText } from './mask/mask-text';
import type { Refused, Rejection, RejectionWithBody } from './rejections';

/** A row as it is written; see schema.ts. */
export interface NewRow {
  readonly id: string;
  readonly at: number;
  readonly key: string;
  readonly source: string | null;
  readonly touchpoint: string | null;
  readonly customer: string | null;
  readonly reason: string;
  readonly status: number;
  readonly problems: string;
  readonly route: string;
  readonly format: string;
  readonly place: string | null;
  readonly request_id: string;
  readonly fingerprint: string;
  readonly body: string | null;
  readonly body_is: Rejection['bodyIs'];
  readonly body_bytes: number | null;
  readonly masked: number;
  readonly masked_at: string;
  readonly bytes: number;
}

/** A row as it is read. */
export interface Row extends Omit<NewRow, 'at' | 'bytes' | 'body'> {
  readonly number: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly times: number;
  /** Read for one only. */
  readonly body?: string | null;
}

const hash = (...parts: readonly (string | Uint8Array)[]): string => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
};

interface Body {
  readonly text: string | null;
  readonly is: Rejection['bodyIs'];
  readonly bytes: number | null;
  /** What its fingerprint is made of. */
  readonly whole: Uint8Array | undefined;
}

const bodyOf = ({ body, declaredBytes }: Refused): Body => {
  const given = body?.();
  if (given === undefined) return { text: null, is: 'none', bytes: declaredBytes ?? null, whole: undefined };
  const whole = typeof given === 'string' ? Buffer.from(given) : given;
  const isCut = whole.length > LONGEST_BODY;
  const seen = isCut ? whole.subarray(0, LONGEST_BODY) : whole;
  // Bytes that are not UTF-8 are shown with replacements; the reason says so.
  const text = Buffer.from(seen.buffer, seen.byteOffset, seen.length).toString('utf8');
  return { text, is: isCut ? 'cut' : 'whole', bytes: whole.length, whole };
};

const FINGERPRINT_DIGITS = 32;
const ID_DIGITS = 16;

/** What is kept of a refusal, masked. The same refusal has the same id, so that it is counted when it comes again. */
export const rowOf = (refused: Refused, at: number, catalogue: Catalogue): NewRow => {
  const { key = '', source, touchpoint, customer, reason, status, route, format, place, requestId } = refused;
  const body = bodyOf(refused);
  const problems = JSON.stringify(bounded(refused.problems));
  const masked = body.text === null ? undefined : maskText(body.text, keptNames(catalogue), LONGEST_BODY);
  const fingerprint = hash(body.whole ?? '').slice(0, FINGERPRINT_DIGITS);
  // Of what has no body, its reason says whether it is the same.
  const told = body.whole === undefined ? `${problems} ${body.bytes ?? ''}` : '';
  const row = {
    id: hash(JSON.stringify([key, reason, route, format, fingerprint, told])).slice(0, ID_DIGITS),
    at,
    key: short(key),
    source: source === undefined ? null : short(source),
    touchpoint: touchpoint === undefined ? null : short(touchpoint),
    customer: customer === undefined ? null : short(customer),
    reason: short(reason),
    status,
    problems,
    route: short(route),
    format: short(format),
    place: place === undefined ? null : short(place),
    request_id: short(requestId),
    fingerprint,
    body: masked?.text ?? null,
    body_is: masked?.isCut === true ? 'cut' : body.is,
    body_bytes: body.bytes,
    masked: masked?.masked ?? 0,
    masked_at: JSON.stringify(masked?.at ?? []),
  };
  const texts = Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
    ROW_BYTES,
  );
  return { ...row, bytes: texts };
};

const optional = <K extends string, V>(name: K, value: V | null): { readonly [N in K]?: V } =>
  (value === null ? {} : { [name]: value }) as { readonly [N in K]?: V };

export const toRejection = (row: Row): RejectionWithBody => ({
  id: row.id,
  firstAt: row.first_at,
  lastAt: row.last_at,
  times: row.times,
  ...(row.key === '' ? undefined : { key: row.key }),
  ...optional('source', row.source),
  ...optional('touchpoint', row.touchpoint),
  ...optional('customer', row.customer),
  reason: row.reason,
  status: row.status,
  problems: JSON.parse(row.problems),
  route: row.route,
  format: row.format,
  ...optional('place', row.place),
  requestId: row.request_id,
  fingerprint: row.fingerprint,
  bodyIs: row.body_is,
  ...optional('bodyBytes', row.body_bytes),
  masked: row.masked,
  maskedAt: JSON.parse(row.masked_at),
  ...optional('body', row.body ?? null),
});
