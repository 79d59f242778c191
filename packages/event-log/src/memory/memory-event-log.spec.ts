import { describeAuditable } from '../testing/auditable-contract';
import { describeEventLog } from '../testing/event-log-contract';
import { describeHistoryScan } from '../testing/history-scan-contract';
import { memoryEventLog } from './memory-event-log';

const open = async () => memoryEventLog({ clock: () => 5_000 });

describeEventLog('memory', open);
describeAuditable('memory', open);
describeHistoryScan('memory', async () => {
  const log = await open();
  return { log, history: log };
});
