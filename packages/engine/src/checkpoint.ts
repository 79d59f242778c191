import type { Position } from '@rapport/event-log';
import type { Checkpoint } from '@rapport/read-model';

/** The position that a read model was saved at. It keeps it as a text, and had it from the log. */
export const positionOf = ({ position }: Checkpoint): Position => position as Position;

/**
 * Whether a checkpoint lies beyond the end of the log: an older log was put back, and what was projected from the newer
 * one holds things that the log does not know.
 *
 * @param head undefined for an empty log
 */
export const isBeyond = (checkpoint: string, head: Position | undefined): boolean =>
  head === undefined || checkpoint > head;
