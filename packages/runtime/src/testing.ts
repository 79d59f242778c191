/** What tests of other packages share: not part of the interface. */
import { join } from 'node:path';

/**
 * A program or thread of a test, as one file of JavaScript compiled from the sources. It is compiled when one of its
 * sources has changed since, which takes about a second; to see that nothing changed takes 5 ms.
 *
 * @param entry a TypeScript file of a package
 * @returns the file to start
 * @throws Error where it does not compile, with the place
 * @example spawn(process.execPath, [fromSource(join(__dirname, 'testing/kill-child.ts'))]);
 */
export const fromSource = (entry: string): string => {
  const found = require(join(__dirname, 'testing/from-source.cjs')) as { fromSource(entry: string): string };
  return found.fromSource(entry);
};

export * from './testing/eventually';
export * from './testing/seeded-random';
