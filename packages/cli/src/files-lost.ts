import { type FileAccount, type ImportAccount, looksLike, type Mapping } from '@rapport/files';
import type { Cli } from './cli';
import { plain } from './output/style';
import type { NamedFiles } from './standard-input';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Whether there was something in a file, and all of it was rejected. */
const isLost = ({ becameTouchpoints, belongsToNobody, notATouchpoint, rejected }: FileAccount): boolean =>
  becameTouchpoints + belongsToNobody + sum(notATouchpoint) === 0 && sum(rejected) > 0;

/** What to do with a file that was read as something that it is not. */
const adviceOn = (words: string, mapping: Mapping): string => {
  if ('sql' in mapping) return 'See what each column is and what the first rows become: --dry-run';
  if (words === 'touchpoints as JSON') return 'Read it with --as touchpoints';
  return 'For a table of your own write a SELECT that yields touchpoints, and name it with --sql';
};

/**
 * Says of files of which nothing at all could be recorded what they look like.
 *
 * @returns whether there are such files
 */
export const filesLost = async (
  cli: Cli,
  { files, named }: NamedFiles,
  mapping: Mapping,
  account: ImportAccount,
  counts: { readonly recorded: number; readonly duplicates: number; readonly conflicts: number },
): Promise<boolean> => {
  const lost = account.files.filter(isLost);
  for (const { file } of lost) {
    const path = files.find((one) => named(one) === file);
    const looks = path === undefined ? undefined : await looksLike(path, cli.signal).catch(() => undefined);
    const said = looks === undefined ? '' : ` It looks like ${plain(looks.words)}.`;
    cli.note(`${plain(file)}: nothing of it was recorded.${said} ${adviceOn(looks?.words ?? '', mapping)}.`);
  }
  return lost.length > 0 || (counts.recorded + counts.duplicates === 0 && counts.conflicts > 0);
};
