import { type Position, parsePosition } from '@rapport/event-log';

/**
 * Whether a cursor lies after another one in the log. Undefined stands for the beginning of the log.
 *
 * Everything that announces changes compares cursors here, and nowhere else.
 */
export const isAfter = (cursor: Position | undefined, other: Position | undefined): boolean =>
  cursor !== undefined && (other === undefined || cursor > other);

/** A text as the cursor that it is in a log with this end; undefined for a text that this log never gave. */
export const cursorIn = (text: string, end: Position | undefined): Position | undefined => {
  const cursor = parsePosition(text);
  return cursor === undefined || isAfter(cursor, end) ? undefined : cursor;
};
