import type { ChangeEvent } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { DeliveryAttempt, DeliveryStatus } from '../webhooks';

/** A delivery as the worker of its subscription holds it. */
export interface WaitingDelivery {
  readonly id: string;
  readonly customer: string;
  readonly type: string;
  readonly cursor: Position;
  status: DeliveryStatus;
  /** Whether it has a row in the store, so that the cursor of the subscription may pass it. */
  stored: boolean;
  /** Absent once it is stored: the log has it. */
  event?: ChangeEvent;
  /** Failed attempts since the schedule of retries began. */
  tries: number;
  /** When the first of them failed. */
  failingSince?: number;
  /** In milliseconds since 1970; at once when absent. */
  nextAttemptAt?: number;
  /** The last ones, oldest first. */
  attempts: readonly DeliveryAttempt[];
}

const ATTEMPTS_KEPT = 10;

/** The last attempts, with one more. */
export const withAttempt = (
  attempts: readonly DeliveryAttempt[],
  attempt: DeliveryAttempt,
): readonly DeliveryAttempt[] => [...attempts.slice(1 - ATTEMPTS_KEPT), attempt];
