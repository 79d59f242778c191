/** What was asked of the projection cannot be done at the moment: it is starting, stopping, or being made anew. */
export class ProjectionUnavailable extends Error {
  /** @param reason why, in words */
  constructor(reason: string, options?: ErrorOptions) {
    super(`The projection is not running: ${reason}`, options);
    this.name = 'ProjectionUnavailable';
  }
}
