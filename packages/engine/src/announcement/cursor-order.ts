import type { Position } from '@rapport/event-log';

/**
 * Whether a cursor lies after another one in the log. Undefined stands for the beginning of the log.
 *
 * Everything that announces changes compares cursors here, and nowhere else.
 */
export const isAfter = (cursor: Position | undefined, other: Position | undefined): boolean =>
  cursor !== undefined && (other === undefined || cursor > other);
