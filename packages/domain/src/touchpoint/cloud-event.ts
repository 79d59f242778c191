import type { JsonObject } from '../json';
import { formatInstant } from '../time/instant';
import type { Touchpoint } from './touchpoint';

/** A touchpoint on the wire: CloudEvents 1.0 in structured mode. */
export interface TouchpointCloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  /** `touchpoint.<name>.v<n>`. */
  readonly type: string;
  /** The customer (of staff types, the member of staff). */
  readonly subject: string;
  /** When it happened. */
  readonly time: string;
  /** When the log took it; absent when no log has yet. */
  readonly recordedtime?: string;
  readonly datacontenttype: 'application/json';
  /** The case or order it belongs to. */
  readonly correlationid?: string;
  readonly staff?: string;
  readonly data: JsonObject;
}

/**
 * The CloudEvent of a touchpoint; `decodeTouchpoint` turns it back into the same touchpoint.
 *
 * @example toCloudEvent(touchpoint).type // 'touchpoint.order.completed.v1'
 */
export const toCloudEvent = (
  touchpoint: Omit<Touchpoint, 'recordedAt'> & { readonly recordedAt?: number },
): TouchpointCloudEvent => ({
  specversion: '1.0',
  id: touchpoint.id,
  source: touchpoint.source,
  type: `touchpoint.${touchpoint.type}.v${touchpoint.version ?? 1}`,
  subject: touchpoint.customer,
  time: formatInstant(touchpoint.occurredAt),
  ...(touchpoint.recordedAt === undefined ? undefined : { recordedtime: formatInstant(touchpoint.recordedAt) }),
  datacontenttype: 'application/json',
  ...(touchpoint.correlationId === undefined ? undefined : { correlationid: touchpoint.correlationId }),
  ...(touchpoint.staff === undefined ? undefined : { staff: touchpoint.staff }),
  data: touchpoint.data,
});
