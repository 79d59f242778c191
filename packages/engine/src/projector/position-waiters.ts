import type { Position } from '@rapport/event-log';

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Callers that wait until everything up to a position of the log is in the read model. */
export class PositionWaiters {
  private waiting: Waiter[] = [];

  /** Resolves when the position is reached. */
  wait(position: Position): Promise<void> {
    return new Promise((resolve, reject) => this.waiting.push({ position, resolve, reject }));
  }

  /** Everything up to a checkpoint is in the read model. */
  reached(checkpoint: Position): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = waiting.filter(({ position }) => position > checkpoint);
    for (const { position, resolve } of waiting) if (position <= checkpoint) resolve();
  }

  /** Nothing more will be reached: all waits reject. */
  fail(error: Error): void {
    const { waiting } = this;
    this.waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}
