import { identitiesOf, type UnitedCustomers } from '@rapport/domain';
import { type EventLogLocation, openEventLog } from '@rapport/event-log';
import { type LinkView, readLinks } from './identity-index';

/** The merged customers of a log under a view. It is read once, so that all workers have the same answer. */
export const unitedIn = async (location: EventLogLocation, view: LinkView): Promise<readonly UnitedCustomers[]> => {
  const log = await openEventLog(location, { mode: 'read' });
  try {
    return identitiesOf(await readLinks(log, { until: view.until }), view).united;
  } finally {
    await log.close();
  }
};
