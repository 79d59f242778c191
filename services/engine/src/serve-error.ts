/** Why the engine cannot serve, for a person: what, where, and what to do. */
export class ServeError extends Error {
  override readonly name = 'ServeError';

  /** @param temporary whether the same start may succeed later without anybody's doing */
  constructor(
    message: string,
    readonly temporary = false,
  ) {
    super(message);
  }
}
