import type { Position } from '@rapport/event-log';

/**
 * The cursor of a subscription. It stands before the oldest change that is still open: neither delivered, nor given up,
 * nor kept in a row of its own. After a kill everything behind the cursor is read again, so nothing is lost, and an
 * endless stream of good deliveries costs no rows, only a new cursor now and then.
 */
export class SafeCursor {
  /** Open changes in the order they were read, each with the cursor that was safe before it. */
  private readonly open = new Map<Position, Position | undefined>();

  /** @param readTo everything up to here was read before; undefined for nothing */
  constructor(private readTo: Position | undefined) {}

  /** Everything up to here was read from the feed. */
  get read(): Position | undefined {
    return this.readTo;
  }

  /** Where a worker after this one has to begin. */
  get position(): Position | undefined {
    const oldest = this.open.values().next();
    return oldest.done === true ? this.readTo : oldest.value;
  }

  /** How many changes are open. */
  get openChanges(): number {
    return this.open.size;
  }

  /** Nothing up to here needs a delivery that is not open yet. */
  advance(cursor: Position | undefined): void {
    this.readTo = cursor;
  }

  /** A change at this cursor was read, and needs a delivery. */
  begin(cursor: Position): void {
    this.open.set(cursor, this.readTo);
    this.readTo = cursor;
  }

  /** The change at this cursor is delivered, given up, or has a row. */
  close(cursor: Position): void {
    this.open.delete(cursor);
  }
}
