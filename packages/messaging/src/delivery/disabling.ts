import { formatInstant } from '@rapport/domain';
import type { DeliveryAttempt } from '../webhooks';

/** The status by which an endpoint says that it wants no more deliveries. */
export const GONE = 410;

const NOTHING_IS_LOST = 'Deliveries wait; resume the subscription to go on where it stopped.';

/** Why a subscription is disabled, in words for its owner. */
export const disablingReason = ({ at, status, error }: DeliveryAttempt, failingSince: number): string =>
  status === GONE
    ? `The endpoint answered 410 Gone at ${formatInstant(at)}: it wants no deliveries any more. ${NOTHING_IS_LOST}`
    : `Every delivery since ${formatInstant(failingSince)} failed, the last one because: ${error}. ${NOTHING_IS_LOST}`;
