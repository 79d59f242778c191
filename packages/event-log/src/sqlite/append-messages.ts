/**
 * Requests and results as they cross between threads: columns of texts and numbers. A structured clone of the requests
 * as they are, each event an object of its own, takes several times as long.
 */
import type { CarriedError } from '@rapport/runtime';
import { left, right } from 'fp-ts/Either';
import type { AppendRefused, AppendResult, ExpectedRevision, NewEvent, Position } from '../event-log';
import type { PreparedEvent, PreparedRequest } from '../prepare-requests';
import { decodePosition, encodePosition } from './position';

export interface PackedRequests {
  readonly streams: readonly string[];
  readonly expected: readonly ExpectedRevision[];
  /** How many events each request has. */
  readonly counts: Uint32Array;
  /** Sources and types, each once. */
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly data: readonly string[];
  /** {@link NUMBERS} of each event. */
  readonly numbers: Float64Array;
  /** Of the few events that have them, by index of the event. */
  readonly staff: ReadonlyMap<number, string>;
  readonly correlationIds: ReadonlyMap<number, string>;
}

/** Of an event: its source and type in `names`, version, occurredAt, recordedAt; NaN for what it does not say. */
const NUMBERS = 5;

export interface PackedResults {
  /** {@link RESULT_NUMBERS} of each request. */
  readonly numbers: Float64Array;
  /** The refused ones, by index of the request. */
  readonly refused: ReadonlyMap<number, AppendRefused>;
}

/** Of a result: position, revision, recorded, duplicates. */
const RESULT_NUMBERS = 4;

/** `last`: position of the last event that was committed when the answer was given. */
export type AppendAnswer =
  | { readonly last: number; readonly results: PackedResults }
  | { readonly last: number; readonly error: CarriedError };

export const packRequests = (requests: readonly PreparedRequest[]): PackedRequests => {
  const events = requests.flatMap((request) => request.events);
  const numberOf = new Map<string, number>();
  const named = (name: string): number => {
    const known = numberOf.get(name);
    if (known !== undefined) return known;
    numberOf.set(name, numberOf.size);
    return numberOf.size - 1;
  };
  const numbers = new Float64Array(events.length * NUMBERS);
  const staff = new Map<number, string>();
  const correlationIds = new Map<number, string>();
  for (const [i, { event }] of events.entries()) {
    const at = i * NUMBERS;
    numbers[at] = named(event.source);
    numbers[at + 1] = named(event.type);
    numbers[at + 2] = event.version ?? Number.NaN;
    numbers[at + 3] = event.occurredAt;
    numbers[at + 4] = event.recordedAt ?? Number.NaN;
    if (event.staff !== undefined) staff.set(i, event.staff);
    if (event.correlationId !== undefined) correlationIds.set(i, event.correlationId);
  }
  return {
    streams: requests.map(({ stream }) => stream),
    expected: requests.map(({ expected }) => expected),
    counts: Uint32Array.from(requests, (request) => request.events.length),
    names: [...numberOf.keys()],
    ids: events.map(({ event }) => event.id),
    data: events.map(({ data }) => data),
    numbers,
    staff,
    correlationIds,
  };
};

export const unpackRequests = (packed: PackedRequests): readonly PreparedRequest[] => {
  let next = 0;
  return packed.streams.map((stream, request) => {
    const events: PreparedEvent[] = [];
    for (const end = next + packed.counts[request]!; next < end; next++) events.push(unpackEvent(packed, next));
    return { stream, expected: packed.expected[request]!, events };
  });
};

const optional = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

const unpackEvent = ({ names, ids, data, numbers, staff, correlationIds }: PackedRequests, i: number) => {
  const at = i * NUMBERS;
  const event: Omit<NewEvent, 'data'> = {
    source: names[numbers[at]!]!,
    id: ids[i]!,
    type: names[numbers[at + 1]!]!,
    version: optional(numbers[at + 2]!),
    occurredAt: numbers[at + 3]!,
    recordedAt: optional(numbers[at + 4]!),
    staff: staff.get(i),
    correlationId: correlationIds.get(i),
  };
  return { event, data: data[i]! };
};

export const packResults = (results: readonly AppendResult[]): PackedResults => {
  const numbers = new Float64Array(results.length * RESULT_NUMBERS);
  const refused = new Map<number, AppendRefused>();
  for (const [i, result] of results.entries()) {
    if ('left' in result) {
      refused.set(i, result.left);
      continue;
    }
    const { position, revision, recorded, duplicates } = result.right;
    numbers.set([decodePosition(position), revision, recorded, duplicates], i * RESULT_NUMBERS);
  }
  return { numbers, refused };
};

export const unpackResults = ({ numbers, refused }: PackedResults): readonly AppendResult[] =>
  Array.from({ length: numbers.length / RESULT_NUMBERS }, (_, i) => {
    const refusal = refused.get(i);
    if (refusal !== undefined) return left(refusal);
    const at = i * RESULT_NUMBERS;
    return right({
      position: encodePosition(numbers[at]!) as Position,
      revision: numbers[at + 1]!,
      recorded: numbers[at + 2]!,
      duplicates: numbers[at + 3]!,
    });
  });
