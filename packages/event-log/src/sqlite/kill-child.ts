/**
 * What the kill test kills: a writer under load from several callers, in a process of its own. Prints `open` and then
 * every acknowledged request, as `stream count first-id`.
 *
 * Arguments: path of the log, number of the round. Every other round writes on a thread of its own.
 */
import { writeSync } from 'node:fs';
import { isRight } from 'fp-ts/Either';
import type { NewEvent } from '../event-log';
import { openEventLogOnThread } from './event-log-on-thread';
import { openSqliteEventLog } from './sqlite-event-log';

const CALLERS = 6;
const STREAMS = 40;

const main = async (path: string, round: string): Promise<void> => {
  const log = await (Number(round) % 2 === 0
    ? openEventLogOnThread(path)
    : openSqliteEventLog(path, { mode: 'write' }));
  writeSync(1, 'open\n');
  const call = async (caller: number): Promise<never> => {
    for (let n = 0; ; n++) {
      const stream = `customer-${(caller * 7 + n) % STREAMS}`;
      const count = 1 + (n % 4);
      const events = Array.from({ length: count }, (_, i): NewEvent => {
        const id = `${round}.${caller}.${n}.${i}.${count}`;
        return { source: 'kill', id, type: 'order.completed', occurredAt: n, data: { text: id.repeat(10) } };
      });
      const result = await log.append(stream, 'any', events);
      if (isRight(result)) writeSync(1, `${stream} ${count} ${events[0].id}\n`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
};

void main(process.argv[2], process.argv[3]);
