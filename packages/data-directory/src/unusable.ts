import type { DataDirectory } from './data-directory';
import { DataDirectoryError } from './data-directory-error';

/** Kinds of StoreError with which a file that follows from the log is of no use, in words. */
const UNUSABLE: Readonly<Record<string, string>> = {
  damaged: 'is damaged',
  'not-a-store': 'is not what Rapport wrote there',
  'needs-migration': 'was written by an older Rapport',
  'newer-version': 'was written by a newer Rapport',
};

type Projections = Pick<DataDirectory, 'relationships' | 'crossSell'>;

/** What is wrong with a file that can be rebuilt from the log, in words; undefined for any other error. */
export const unusableProjection = (
  error: unknown,
  { relationships, crossSell }: Projections,
): { readonly path: string; readonly problem: string } | undefined => {
  if (!(error instanceof Error) || error.name !== 'StoreError') return undefined;
  const { kind, path } = error as Error & { readonly kind: string; readonly path: string };
  const what = UNUSABLE[kind];
  if (what === undefined || (path !== relationships && path !== crossSell)) return undefined;
  return { path, problem: `${path} ${what}` };
};

/** The error as it is for a person: if a projection cannot be used, how to rebuild it. */
export const explained = (error: unknown, files: Projections): unknown => {
  const unusable = unusableProjection(error, files);
  return unusable === undefined
    ? error
    : new DataDirectoryError(`${unusable.problem}. It follows from the log and can be rebuilt: rapport rebuild`);
};
