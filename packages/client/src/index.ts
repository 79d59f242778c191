export type { Backoff } from './backoff';
export {
  type Change,
  type ChangeCause,
  type ChangeEvent,
  type ChangeFilter,
  type DecidingCondition,
  isChangeEvent,
  type SignalCleared,
  type SignalRaised,
  type StageChanged,
  type TestEvent,
} from './change-event';
export { createRapportClient, type RapportClient, type RapportClientOptions } from './client';
export { type CursorStore, fileCursorStore } from './cursor-store';
export {
  type ProblemDetails,
  RapportProblem,
  RapportUnavailable,
  type WebhookFailure,
  WebhookVerificationError,
} from './errors';
export type { ChangePage, PullOptions } from './pull';
export type { SendOptions } from './send';
export type { Reconnecting, StageChangesOptions } from './stage-changes';
export type { FieldError, TouchpointEvent, TouchpointResult } from './touchpoint';
export { verifyWebhook, type WebhookHeaders } from './verify-webhook';
