// Removes what an earlier build left in `dist` of sources that are gone. Node would still find it: `decision.js` is taken
// before the folder `decision`. `tsc -b` removes nothing.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the compiler writes for one source. */
const WRITTEN = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;

/**
 * @param folder a package: with `src` and, once it was built, `dist`
 * @returns the files that were removed
 */
export const removeStale = (folder) => {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) return [];
  const stale = readdirSync(dist, { recursive: true })
    .filter((file) => WRITTEN.test(file) && !existsSync(join(folder, 'src', file.replace(WRITTEN, '.ts'))))
    .map((file) => join(dist, file));
  for (const file of stale) rmSync(file);
  return stale;
};
