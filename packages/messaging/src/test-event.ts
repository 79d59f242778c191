import { randomUUID } from 'node:crypto';
import { formatInstant, OWN_SOURCE } from '@rapport/domain';

/** The event that an owner of a subscription may have sent to their endpoint. */
export const testEvent = (subscription: string, at: number) => ({
  specversion: '1.0',
  id: `test_${randomUUID()}`,
  source: OWN_SOURCE,
  type: 'rapport.test.v1',
  time: formatInstant(at),
  datacontenttype: 'application/json',
  data: { subscription, message: 'A test of this webhook subscription. No customer has changed.' },
});
