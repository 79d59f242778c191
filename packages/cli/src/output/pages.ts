import { type Cli, printNdjson } from '../cli';

/** A part of a list, and what to ask for to get the next part; absent on the last. */
export interface Page<T> {
  readonly documents: readonly T[];
  readonly next?: string;
}

export interface ListOptions {
  readonly limit: number;
  /** All of them, however many. */
  readonly all?: true;
}

const MOST = 1_000;

/**
 * Prints a list as it comes, page by page, up to `limit` or all of it: NDJSON for programs, tables for people.
 *
 * @param pageAfter a page of items after a cursor, or from the beginning
 * @param draw a page as a table, with titles or without
 * @returns how many were printed
 */
export const printPages = async <T>(
  cli: Cli,
  { limit, all }: ListOptions,
  pageAfter: (after: string | undefined, limit: number) => Promise<Page<T>>,
  draw: (documents: readonly T[], titled: boolean) => string,
): Promise<number> => {
  const wanted = all === true ? Number.POSITIVE_INFINITY : limit;
  let printed = 0;
  let after: string | undefined;
  do {
    cli.signal.throwIfAborted();
    const { documents, next } = await pageAfter(after, Math.min(MOST, wanted - printed));
    if (cli.json) await printNdjson(cli, documents);
    else if (documents.length > 0) cli.print(draw(documents, printed === 0));
    printed += documents.length;
    after = next;
  } while (after !== undefined && printed < wanted);
  if (after !== undefined) cli.note(cli.style.dim('… there are more; --all lists all of them, --limit N lists N'));
  return printed;
};
