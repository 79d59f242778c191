import type { ChangeEvent } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { DeliveryAttempt, DeliveryStatus } from '../webhooks';

/** A delivery on its way, as the worker of its subscription holds it. */
export interface WaitingDelivery {
  readonly id: string;
  readonly customer: string;
  readonly type: string;
  readonly cursor: Position;
  status: DeliveryStatus;
  /** Has a row of its own in the store, so that the cursor of the subscription may pass it. */
  stored: boolean;
  /** Let go of once it is stored: the log has it. */
  event?: ChangeEvent;
  /** Failed attempts since the schedule of retries began. */
  tries: number;
  failingSince?: number;
  /** At once when absent. */
  nextAttemptAt?: number;
  /** The last ones, oldest first. */
  attempts: readonly DeliveryAttempt[];
}

const ATTEMPTS_KEPT = 10;

export const withAttempt = (
  attempts: readonly DeliveryAttempt[],
  attempt: DeliveryAttempt,
): readonly DeliveryAttempt[] => [...attempts.slice(1 - ATTEMPTS_KEPT), attempt];
