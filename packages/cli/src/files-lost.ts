import { type FileAccount, type ImportAccount, looksLike, type Mapping, TOUCHPOINTS } from '@rapport/files';
import type { Cli } from './cli';
import { plain } from './output/style';
import type { NamedFiles } from './standard-input';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Whether there was something in a file, and all of it was rejected. */
const isLost = ({ becameTouchpoints, belongsToNobody, notATouchpoint, rejected }: FileAccount): boolean =>
  becameTouchpoints + belongsToNobody + sum(notATouchpoint) === 0 && sum(rejected) > 0;

/** The results of the rows of a file, by the source that they name. */
export interface FileFate {
  touchpoints: number;
  rejected: number;
}

/** Files that a mapping reads have one account together; of one of them, all may have been rejected. */
const lostAmong = ({ inputs }: ImportAccount, fates: ReadonlyMap<string, FileFate>): readonly string[] =>
  inputs.flatMap(({ file, rows }) => {
    const { touchpoints = 0, rejected = 0 } = fates.get(file) ?? {};
    return touchpoints === 0 && rejected > 0 && rejected >= rows ? [file] : [];
  });

/** Advice for a file that was read in a wrong form. */
const adviceOn = (words: string, mapping: Mapping): string => {
  if ('sql' in mapping) return 'See what each column is and what the first rows become: --dry-run';
  if (words === TOUCHPOINTS && mapping.preset === 'touchpoints')
    return 'What is wrong with each stands in the file that --rejects FILE names';
  if (words === TOUCHPOINTS) return 'Read it with --as touchpoints';
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
  fates: ReadonlyMap<string, FileFate>,
): Promise<boolean> => {
  const wholly = account.files.filter(isLost).map(({ file }) => file);
  const lost = new Set([...(account.inputs.length > 1 ? lostAmong(account, fates) : []), ...wholly]);
  for (const file of lost) {
    const path = files.find((one) => named(one) === file);
    const looks = path === undefined ? undefined : await looksLike(path, cli.signal).catch(() => undefined);
    const said = looks === undefined ? '' : ` It looks like ${plain(looks.words)}.`;
    cli.note(`${plain(file)}: nothing of it was recorded.${said} ${adviceOn(looks?.words ?? '', mapping)}.`);
  }
  return lost.size > 0 || (counts.recorded + counts.duplicates === 0 && counts.conflicts > 0);
};
