import { isDeepStrictEqual } from 'node:util';
import type { DecodedTouchpoint } from '@rapport/domain';
import { type RecordOutcome, streamFor } from '@rapport/engine';
import type { Position, RecordedEvent } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import type { FieldError } from '../problem';
import type { Accepted, DecodedItem } from './decode-item';

/** The result of one item, in its place. */
export type ItemResult =
  | {
      readonly status: 'recorded' | 'duplicate';
      readonly id: string;
      readonly source: string;
      readonly position: Position;
      /** Fields that look misspelt. */
      readonly warnings?: readonly FieldError[];
    }
  | {
      readonly status: 'conflict';
      readonly id: string;
      readonly source: string;
      readonly errors: readonly FieldError[];
    }
  | {
      readonly status: 'rejected';
      readonly id?: string;
      readonly source?: string;
      readonly errors: readonly FieldError[];
    }
  | { readonly status: 'skipped'; readonly id?: string; readonly reason: string };

export interface Counts {
  recorded: number;
  duplicates: number;
  conflicts: number;
  rejected: number;
  /** Recorded or duplicate, but with fields that look misspelt. */
  withWarnings: number;
}

export const noCounts = (): Counts => ({ recorded: 0, duplicates: 0, conflicts: 0, rejected: 0, withWarnings: 0 });

export const countResult = (counts: Counts, result: ItemResult): void => {
  const { status } = result;
  if ('warnings' in result) counts.withWarnings++;
  if (status === 'recorded') counts.recorded++;
  else if (status === 'duplicate') counts.duplicates++;
  else if (status === 'conflict') counts.conflicts++;
  else if (status === 'rejected') counts.rejected++;
};

/** An item that was looked at: to be recorded, or already with its result. */
export type Item = DecodedItem | { readonly result: ItemResult };

const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 512 ? value : undefined;

/** A rejected item, named by what it calls itself where it does. */
export const rejected = (input: unknown, errors: readonly FieldError[]): ItemResult => {
  const { id, source, messageId } = (typeof input === 'object' && input !== null ? input : {}) as Record<
    string,
    unknown
  >;
  const [name, from] = [shortText(id ?? messageId), shortText(source)];
  return {
    status: 'rejected',
    ...(name === undefined ? undefined : { id: name }),
    ...(from === undefined ? undefined : { source: from }),
    errors,
  };
};

/**
 * Records what was accepted in one commit with whatever else waits, and says what became of each item in its place.
 * When it resolves, all that it says stands on the disk.
 */
export const recordItems = async (
  engine: Pick<ApiEngine, 'record' | 'log' | 'telemetry'>,
  inputs: readonly unknown[],
  items: readonly Item[],
): Promise<readonly ItemResult[]> => {
  const touchpoints: DecodedTouchpoint[] = [];
  for (const item of items) if ('right' in item) touchpoints.push(item.right.touchpoint);
  const outcomes = touchpoints.length === 0 ? [] : await engine.record(touchpoints);
  const standing = await standingEvents(engine.log, disputed(items, outcomes));
  let next = 0;
  const results = items.map((item, i): ItemResult => {
    if ('result' in item) return item.result;
    if (isLeft(item)) return rejected(inputs[i], item.left);
    // There is an outcome for each that was accepted.
    return resultOf(engine, standing, item.right, outcomes[next++]!);
  });
  report(engine, results);
  return results;
};

const resultOf = (
  { telemetry }: Pick<ApiEngine, 'telemetry'>,
  standing: ReadonlyMap<string, RecordedEvent>,
  { touchpoint, warnings }: Accepted,
  outcome: RecordOutcome,
): ItemResult => {
  const { id, source } = touchpoint;
  if (outcome.kind === 'conflict') {
    const event = standing.get(identityOf(touchpoint));
    return event !== undefined && sameBut(touchpoint, event)
      ? { status: 'duplicate', id, source, position: event.position, ...(warnings && { warnings }) }
      : { status: 'conflict', id, source, errors: [{ field: 'id', message: outcome.message }] };
  }
  if (outcome.kind === 'recorded') telemetry.traces.remember(touchpoint);
  return { status: outcome.kind, id, source, position: outcome.position, ...(warnings && { warnings }) };
};

const identityOf = ({ source, id }: Pick<DecodedTouchpoint, 'source' | 'id'>): string => `${source}\u0000${id}`;

/**
 * A corrected instant depends on how long the request was under way, so a call that is sent again comes with another:
 * it is a duplicate when all the rest is the same as what stands.
 */
const disputed = (items: readonly Item[], outcomes: readonly RecordOutcome[]): readonly DecodedTouchpoint[] => {
  const accepted = items.flatMap((item) => ('right' in item ? [item.right] : []));
  return accepted.flatMap(({ touchpoint, corrected }, i) =>
    corrected && outcomes[i]?.kind === 'conflict' ? [touchpoint] : [],
  );
};

/** The events recorded under these identities. Each stream is read once, however many of them are in it. */
const standingEvents = async (
  log: ApiEngine['log'],
  touchpoints: readonly DecodedTouchpoint[],
): Promise<ReadonlyMap<string, RecordedEvent>> => {
  const byStream = new Map<string, Set<string>>();
  for (const touchpoint of touchpoints) {
    const stream = streamFor(touchpoint);
    const identities = byStream.get(stream);
    if (identities === undefined) byStream.set(stream, new Set([identityOf(touchpoint)]));
    else identities.add(identityOf(touchpoint));
  }
  const found = new Map<string, RecordedEvent>();
  for (const [stream, identities] of byStream) await takeStanding(log, stream, identities, found);
  return found;
};

const takeStanding = async (
  log: ApiEngine['log'],
  stream: string,
  wanted: Set<string>,
  found: Map<string, RecordedEvent>,
): Promise<void> => {
  for await (const page of log.readStream(stream)) {
    for (const event of page) {
      const identity = identityOf(event);
      if (wanted.delete(identity)) found.set(identity, event);
    }
    if (wanted.size === 0) return;
  }
};

const sameBut = (
  one: Omit<DecodedTouchpoint, 'customer' | 'occurredAt'>,
  other: Omit<DecodedTouchpoint, 'customer' | 'occurredAt'>,
): boolean =>
  one.type === other.type &&
  one.version === other.version &&
  one.staff === other.staff &&
  one.correlationId === other.correlationId &&
  isDeepStrictEqual(one.data, other.data);

const report = ({ telemetry }: Pick<ApiEngine, 'telemetry'>, results: readonly ItemResult[]): void => {
  const counts = noCounts();
  for (const result of results) countResult(counts, result);
  const { metrics } = telemetry;
  if (counts.recorded > 0) metrics.touchpoints('recorded', counts.recorded);
  if (counts.duplicates > 0) metrics.touchpoints('duplicate', counts.duplicates);
  if (counts.conflicts > 0) metrics.touchpoints('conflict', counts.conflicts);
  if (counts.rejected > 0) metrics.touchpoints('rejected', counts.rejected);
};
