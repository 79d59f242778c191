import type { Ruleset } from '@rapport/domain';
import type { Position, SharedLogAccess } from '@rapport/event-log';
import type { ReadModelLocation } from '@rapport/read-model';
import type { CarriedError } from '@rapport/runtime';
import type { ProjectionReport } from '../projector/report';

/** What the thread is started with. */
export interface LiveWorkerData {
  readonly log: SharedLogAccess;
  readonly readModel: ReadModelLocation;
  readonly ruleset: Ruleset;
  readonly today: number | undefined;
}

export type ToLiveWorker = { readonly kind: 'retry'; readonly id: number } | { readonly kind: 'stop' };

export type FromLiveWorker =
  | { readonly kind: 'open'; readonly checkpoint: Position | undefined }
  /** A page is being folded whose first touchpoint was recorded then. */
  | { readonly kind: 'working'; readonly since: number }
  | { readonly kind: 'saved'; readonly checkpoint: Position; readonly report: ProjectionReport }
  | { readonly kind: 'retried'; readonly id: number; readonly released: readonly string[] }
  | { readonly kind: 'retry-failed'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'failed'; readonly error: CarriedError };
