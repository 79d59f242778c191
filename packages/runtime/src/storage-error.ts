/**
 * Why a store cannot do its work, whatever it is kept in:
 * - `in-use`: another process has it for itself; it may be free in a moment.
 * - `full`: there is no room. Nothing of this operation was stored, and earlier data is intact.
 * - `damaged`: it holds what was not written there.
 * - `unavailable`: it cannot be reached, opened or written.
 */
export type StorageProblem = 'in-use' | 'full' | 'damaged' | 'unavailable';

/**
 * The error of every port that keeps something: the event log, the read model, keys, subscriptions. Its message says
 * what is wrong, where, and what to do. Adapters extend it with what only they know, such as the path of a file.
 */
export class StorageError extends Error {
  override readonly name: string = 'StorageError';

  constructor(
    readonly problem: StorageProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
