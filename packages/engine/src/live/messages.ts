import type { Ruleset } from '@rapport/domain';
import type { Position, SharedLogAccess } from '@rapport/event-log';
import type { ReadModelLocation } from '@rapport/read-model';
import * as t from 'io-ts';
import { type Decode, decoderOf } from '../messages';

/** The data that the thread is started with. */
export interface LiveWorkerData {
  readonly log: SharedLogAccess;
  readonly readModel: ReadModelLocation;
  readonly ruleset: Ruleset;
  readonly today: number | undefined;
}

/** The thread has its positions from the log itself. */
const position = t.string as unknown as t.Type<Position>;

const report = t.type({
  touchpoints: t.number,
  customers: t.number,
  decisions: t.number,
  parked: t.number,
  late: t.number,
  reviewed: t.number,
});

const carriedError = t.intersection([
  t.type({ name: t.string, message: t.string, details: t.record(t.string, t.string) }),
  t.partial({ stack: t.string }),
]);

const toLiveWorker = t.union([t.type({ kind: t.literal('retry'), id: t.number }), t.type({ kind: t.literal('stop') })]);

const fromLiveWorker = t.union([
  t.type({ kind: t.literal('open'), checkpoint: t.union([position, t.undefined]) }),
  /** A page is being folded; its first touchpoint was recorded then. */
  t.type({ kind: t.literal('working'), since: t.number }),
  t.type({ kind: t.literal('saved'), checkpoint: position, report }),
  t.type({ kind: t.literal('retried'), id: t.number, released: t.readonlyArray(t.string) }),
  t.type({ kind: t.literal('retry-failed'), id: t.number, error: carriedError }),
  t.type({ kind: t.literal('failed'), error: carriedError }),
]);

export type ToLiveWorker = t.TypeOf<typeof toLiveWorker>;
export type FromLiveWorker = t.TypeOf<typeof fromLiveWorker>;

export const decodeToLiveWorker: Decode<ToLiveWorker> = decoderOf(toLiveWorker, 'to the projection thread');
export const decodeFromLiveWorker: Decode<FromLiveWorker> = decoderOf(fromLiveWorker, 'of the projection thread');
