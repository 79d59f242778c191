import type { EventLog } from './event-log';

/** `append` of a log, by way of its `appendMany`. */
export const appendOne =
  (appendMany: EventLog['appendMany']): EventLog['append'] =>
  async (stream, expected, events) => {
    const [result] = await appendMany([{ stream, expected, events }]);
    // One result for each request.
    return result!;
  };
