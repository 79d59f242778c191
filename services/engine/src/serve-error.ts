/** Why the engine cannot serve, for a person: what, where, and what to do. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
}
