/** What is wrong with a data directory, for a person: what, where, and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}
