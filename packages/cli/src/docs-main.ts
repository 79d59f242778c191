import { resolve } from 'node:path';
import { referencePages, stalePages, writePages } from './docs';
import { EXIT } from './exit';

/** `npm run docs`: writes the reference pages; with `--check` it only says which would change, and exits 1 then. */
const root = resolve(__dirname, '../../..');

const main = async (): Promise<void> => {
  if (process.argv.includes('--check')) {
    const stale = await stalePages(root);
    for (const path of stale) process.stderr.write(`${path} differs from what the code says; run: npm run docs\n`);
    process.exitCode = stale.length > 0 ? EXIT.no : EXIT.done;
    return;
  }
  await writePages(root);
  for (const { path } of await referencePages()) process.stdout.write(`${path}\n`);
};

void main();
