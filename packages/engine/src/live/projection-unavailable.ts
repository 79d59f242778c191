/** The projection cannot answer at the moment: it is starting, stopping, or being rebuilt. */
export class ProjectionUnavailable extends Error {
  /** @param why in words, or the error that ended it */
  constructor(why: string | Error) {
    super(`This cannot be done at the moment: ${why instanceof Error ? why.message : why}`, {
      cause: why instanceof Error ? why : undefined,
    });
    this.name = 'ProjectionUnavailable';
  }
}
