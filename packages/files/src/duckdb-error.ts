import { MEMORY_LIMIT } from './database';

/** What DuckDB said, without words about its own calls. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^Failed to extract statements: /, '').trim();

/** What to do about a query that failed while it ran. */
export const adviceOn = (error: unknown, otherwise: string): string => {
  const message = messageOf(error);
  if (/Out of Memory/i.test(message))
    return `The query may use ${MEMORY_LIMIT} of memory. Split the file, for example by month, and import the parts in order.`;
  if (/No space left|disk is full/i.test(message))
    return 'Make room in the folder for temporary files, or set TMPDIR to one that has it.';
  return otherwise;
};
