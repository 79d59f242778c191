/** The most of a body that is kept, in bytes; of longer ones the beginning. */
export const LONGEST_BODY = 32 * 1024;
/** The bytes that a row counts for beside its texts. */
export const ROW_BYTES = 400;
const LONGEST_TEXT = 512;
const LONGEST_MESSAGE = 400;
const MOST_PROBLEMS = 20;

/** Whatever senders call things: it is shown, and counts for bytes. */
export const short = (text: string): string => text.slice(0, LONGEST_TEXT);

export const bounded = <P extends { readonly field: string; readonly pointer?: string; readonly message: string }>(
  problems: readonly P[],
): readonly P[] =>
  problems.slice(0, MOST_PROBLEMS).map((one) => ({
    ...one,
    field: short(one.field),
    ...(one.pointer === undefined ? undefined : { pointer: short(one.pointer) }),
    message: one.message.slice(0, LONGEST_MESSAGE),
  }));
