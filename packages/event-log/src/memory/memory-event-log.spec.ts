import { describeEventLog } from '../testing/event-log-contract';
import { memoryEventLog } from './memory-event-log';

describeEventLog('memory', async () => memoryEventLog({ clock: () => 5_000 }));
