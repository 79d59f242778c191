import type { Ruleset } from '@rapport/domain';
import type { AppendRequest, AppendResult, EventLogLocation, Position } from '@rapport/event-log';
import type { CarriedError } from '@rapport/sqlite';
import type { ProjectionReport } from '../projector/report';

/** What the thread is started with. */
export interface LiveWorkerData {
  readonly location: EventLogLocation;
  readonly readModel: string;
  readonly ruleset: Ruleset;
  readonly today: number | undefined;
}

export type ToLiveWorker =
  | { readonly kind: 'appended'; readonly id: number; readonly results: readonly AppendResult[] }
  | { readonly kind: 'append-failed'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'retry'; readonly id: number }
  | { readonly kind: 'stop' };

export type FromLiveWorker =
  | { readonly kind: 'open'; readonly checkpoint: Position | undefined }
  | { readonly kind: 'append'; readonly id: number; readonly requests: readonly AppendRequest[] }
  /** A page is being folded whose first touchpoint was recorded then. */
  | { readonly kind: 'working'; readonly since: number }
  | { readonly kind: 'saved'; readonly checkpoint: Position; readonly report: ProjectionReport }
  | { readonly kind: 'retried'; readonly id: number; readonly released: readonly string[] }
  | { readonly kind: 'retry-failed'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'failed'; readonly error: CarriedError };
