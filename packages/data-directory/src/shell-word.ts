/** What a POSIX shell takes as it is; letters of any script, and `~` not at the beginning of a word. */
const HARMLESS = /^[\p{L}\p{N}_@%+=:,./-][\p{L}\p{N}_@%+=:,./~-]*$/u;

/**
 * A word as it is to be typed into a POSIX shell: quoted where it holds what the shell would not leave alone. For
 * command lines that a message suggests, which people copy.
 *
 * @example shellWord('my orders.csv') // 'my orders.csv' with its quotes
 */
export const shellWord = (word: string): string => (HARMLESS.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
