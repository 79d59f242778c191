/** The read model cannot be continued, only rebuilt. */
export class RebuildNeeded extends Error {
  constructor(readonly reason: string) {
    super(`${reason}; rebuild it from the log`);
    this.name = 'RebuildNeeded';
  }
}
