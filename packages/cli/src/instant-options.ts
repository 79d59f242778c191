import { isLeft } from 'fp-ts/Either';
import { CommandError } from './exit';
import { parseTyped } from './zone';

export interface ViewOptions {
  readonly asOf?: string;
  readonly knownAt?: string;
}

/** An instant given by a flag, in milliseconds. */
export const instantFrom = (flag: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const parsed = parseTyped(text);
  if (isLeft(parsed))
    throw new CommandError(
      `${flag}: ${parsed.left.replace('2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z or a date such as 2026-03-01')}`,
    );
  return parsed.right;
};

/** `--as-of` and `--known-at` in milliseconds. */
export const viewFrom = ({
  asOf,
  knownAt,
}: ViewOptions): { readonly asOf: number | undefined; readonly knownAt: number | undefined } => ({
  asOf: instantFrom('--as-of', asOf),
  knownAt: instantFrom('--known-at', knownAt),
});
