import * as E from 'fp-ts/Either';
import { InexactNumber } from '../exact-json';
import type { JsonObject } from '../json';
import { formatInstant, parseInstant } from '../time/instant';
import type { Catalogue } from './catalogue';
import { DataCodec } from './data-codec';
import { type Envelope, readEnvelope } from './envelope';
import { lookalikeOf } from './misspelt-fields';
import { plainJsonFault } from './plain-json';
import { MAX_PROBLEMS, problem, problemsOfData, problemWith, type TouchpointProblem } from './problem';
import { identifierFault, isIdentifier, MAX_ID_LENGTH } from './text';
import { OWN_SOURCE, type Touchpoint } from './touchpoint';
import type { TouchpointType } from './touchpoint-type';
import { unknownType } from './unknown-type';

/** Touchpoints may lie this far ahead of the receiver's clock: clocks differ by minutes, wrong offsets by hours. */
export const FUTURE_TOLERANCE = 3_600_000;
/** Nothing older is taken for a touchpoint: 1900-01-01T00:00:00Z. */
export const EARLIEST_OCCURRED_AT = Date.UTC(1900, 0, 1);

export interface DecodeContext {
  readonly catalogue: Catalogue;
  /** The receiver's clock, in milliseconds. */
  readonly now: number;
  /** How far ahead of `now` a touchpoint may lie, in milliseconds; {@link FUTURE_TOLERANCE} when absent. */
  readonly futureTolerance?: number;
  /** The source of touchpoints that do not name one, such as the lines of one file. */
  readonly defaultSource?: string;
  /**
   * Types that the catalogue does not have: `refuse` (default), or `accept` with any data, for evaluating
   * histories that are not recorded.
   */
  readonly unknownTypes?: 'refuse' | 'accept';
  /** Receives values that were corrected, so that a report can count them. */
  readonly onAdjusted?: (adjustment: TouchpointAdjustment) => void;
}

/** A value that decoding wrote the other way: it says the same, and all logs and sums have it one way. */
export interface TouchpointAdjustment {
  readonly type: string;
  /** `data.total` */
  readonly field: string;
  readonly given: number;
  readonly taken: number;
  /** All of it in one sentence. */
  readonly message: string;
}

/** A touchpoint as it came in; `recordedAt` only where the sender said so: else the log fills it in. */
export type DecodedTouchpoint = Omit<Touchpoint, 'recordedAt' | 'version'> & {
  readonly version: number;
  readonly recordedAt?: number;
};

/**
 * Decodes a touchpoint in the compact form (`id`, `source`, `type`, `occurredAt`, `customer`, `data`, optionally
 * `recordedAt`, `version`, `staff`, `correlationId`) or as a structured CloudEvent 1.0 (`touchpoint.<name>.v<n>`,
 * `subject`, `time`, `recordedtime`, `correlationid`, `staff`). Left: the fields that are wrong, at least one and at most {@link MAX_PROBLEMS}.
 *
 * What is missing is unknown, what is wrong is refused. The input is never changed and may be shared with the result.
 *
 * @example
 * decodeTouchpoint(
 *   { id: '1', source: 'shop', type: 'order.completed', occurredAt: '2026-03-01T12:00:00Z', customer: 'c-17', data: { total: -3 } },
 *   { catalogue: standardCatalogue, now },
 * ) // left([{ field: 'data.total', expected: 'a number of at least 0, or {amount, currency}', got: '-3', ... }])
 */
export const decodeTouchpoint = (
  input: unknown,
  context: DecodeContext,
): E.Either<readonly TouchpointProblem[], DecodedTouchpoint> => {
  if (!isObject(input)) return E.left([problem('', 'a touchpoint as a JSON object', input)]);
  const envelope = readEnvelope(input);
  if ('message' in envelope) return E.left([envelope]);
  const type = context.catalogue.types.get(envelope.type);
  if (type === undefined && context.unknownTypes !== 'accept')
    return E.left([unknownType(envelope.type, context.catalogue)]);

  const problems: TouchpointProblem[] = [];
  const { names } = envelope;
  const version = decodeVersion(envelope, type, problems);
  const id = identifier('id', envelope.id, problems);
  const source = identifier('source', envelope.source ?? context.defaultSource, problems);
  if (source === OWN_SOURCE)
    problems.push(problem('source', 'the name of who says so; this one stands for what the engine records', source));
  const subject = type?.subject === 'staff' ? (envelope.customer ?? envelope.staff) : envelope.customer;
  const customer = identifier(names.customer, subject, problems);
  const latest = context.now + (context.futureTolerance ?? FUTURE_TOLERANCE);
  const occurredAt = instant(names.occurredAt, envelope.occurredAt, EARLIEST_OCCURRED_AT, latest, problems);
  const recordedAt = isAbsent(envelope.recordedAt)
    ? undefined
    : instant(names.recordedAt, envelope.recordedAt, 0, latest, problems);
  const staff = isAbsent(envelope.staff) ? undefined : identifier('staff', envelope.staff, problems);
  const correlationId = isAbsent(envelope.correlationId)
    ? undefined
    : identifier(names.correlationId, envelope.correlationId, problems);
  const decoded = decodeData(envelope, type, version, problems);
  const data = problems.length > 0 ? decoded : withAmountsTurned(decoded, type, version, context.onAdjusted);
  if (envelope.type === 'customer.merged' && data.into === customer && customer !== '')
    problems.push(problem('data.into', 'a customer other than the one merged', customer));
  if (problems.length > 0) return E.left(problems.slice(0, MAX_PROBLEMS).map((one) => withLookalike(one, input)));

  return E.right({
    id,
    source,
    type: envelope.type,
    version,
    customer,
    occurredAt,
    ...(recordedAt === undefined ? undefined : { recordedAt }),
    data,
    ...(staff === undefined ? undefined : { staff }),
    ...(correlationId === undefined ? undefined : { correlationId }),
  });
};

const isObject = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof InexactNumber);

/** What is missing may be there under a name that looks like it. */
const withLookalike = (found: TouchpointProblem, input: Readonly<Record<string, unknown>>): TouchpointProblem => {
  if (found.got !== 'nothing') return found;
  const [first = '', second, ...deeper] = found.field.split('.');
  const inData = second === undefined || deeper.length > 0 ? undefined : lookalikeOf(second, input.data);
  const lookalike = second === undefined ? lookalikeOf(first, input) : inData;
  return lookalike === undefined ? found : { ...found, message: `${found.message}. "${lookalike}" looks like it` };
};

/** Files that were tables write `null` where they have nothing to say. */
const isAbsent = (input: unknown): boolean => input === undefined || input === null;

const decodeVersion = (envelope: Envelope, type: TouchpointType | undefined, problems: TouchpointProblem[]): number => {
  const version = envelope.version ?? 1;
  const newest = type?.versions.length ?? Number.MAX_SAFE_INTEGER;
  if (typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= newest) return version;
  const expected = newest === 1 ? '1' : `from 1 to ${newest}`;
  problems.push(problem(envelope.names.version, `a schema version of ${envelope.type}: ${expected}`, version));
  return 0;
};

const identifier = (field: string, value: unknown, problems: TouchpointProblem[]): string => {
  if (isIdentifier(value)) return value;
  const expected = `a text of 1 to ${MAX_ID_LENGTH} characters without control characters`;
  const fault = typeof value === 'string' ? identifierFault(value) : undefined;
  problems.push(fault === undefined ? problem(field, expected, value) : problemWith(field, expected, fault));
  return '';
};

const instant = (
  field: string,
  value: unknown,
  earliest: number,
  latest: number,
  problems: TouchpointProblem[],
): number => {
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  if (parsed === undefined || E.isLeft(parsed)) {
    problems.push(problem(field, 'an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z', value));
    return 0;
  }
  if (parsed.right < earliest || parsed.right > latest) {
    const bound =
      parsed.right < earliest ? `not before ${formatInstant(earliest)}` : `not after ${formatInstant(latest)}`;
    problems.push(problem(field, `an instant ${bound}`, value));
  }
  return parsed.right;
};

const NO_DATA: JsonObject = {};

const decodeData = (
  { data = NO_DATA }: Envelope,
  type: TouchpointType | undefined,
  version: number,
  problems: TouchpointProblem[],
): JsonObject => {
  if (!isObject(data)) {
    problems.push(problem('data', 'an object', data));
    return NO_DATA;
  }
  const fault = plainJsonFault(data);
  if (fault !== undefined) {
    problems.push(fault);
    return NO_DATA;
  }
  const codec = version === 0 ? undefined : type?.versions[version - 1]?.codec;
  if (codec === undefined) return data as JsonObject;
  const decoded = codec.decode(data);
  if (E.isRight(decoded)) return decoded.right;
  problems.push(...problemsOfData(decoded.left));
  return NO_DATA;
};

/** What went back is recorded as an amount above 0, whichever way the sender's books write it. */
const withAmountsTurned = (
  data: JsonObject,
  type: TouchpointType | undefined,
  version: number,
  onAdjusted: DecodeContext['onAdjusted'],
): JsonObject => {
  const codec = type?.versions[version - 1]?.codec;
  if (type === undefined || !(codec instanceof DataCodec)) return data;
  let turned = data;
  for (const field of codec.turned) {
    const given = data[field];
    if (typeof given !== 'number' || given >= 0) continue;
    const message = `data.${field}: ${given} is taken as ${-given}: ${type.name} says what went back as an amount above 0`;
    onAdjusted?.({ type: type.name, field: `data.${field}`, given, taken: -given, message });
    turned = { ...turned, [field]: -given };
  }
  return turned;
};
