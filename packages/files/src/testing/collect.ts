import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardCatalogue } from '@rapport/domain';
import type { FileAccount, ImportAccount, ImportItem, Mapping, RejectedItem } from '../import-item';
import { type ReadOptions, readFiles } from '../read-files';

export const context = { catalogue: standardCatalogue, now: Date.UTC(2026, 0, 1) };

export const fixture = (name: string): string => join(__dirname, 'fixtures', name);

/** A temporary folder, and a way to write files into it. */
export const temporaryFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'rapport-test-files-'));
  return {
    path,
    write: (name: string, content: string | Uint8Array): string => {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};

/** Everything a reading yields. */
export const collect = async (
  files: readonly string[],
  mapping: Mapping,
  options: Partial<ReadOptions> = {},
): Promise<{ readonly items: readonly ImportItem[]; readonly account: ImportAccount; readonly batches: number }> => {
  const items: ImportItem[] = [];
  let account: ImportAccount | undefined;
  let batches = 0;
  for await (const batch of readFiles(files, mapping, { context, ...options })) {
    items.push(...batch.items);
    account = batch.account ?? account;
    batches++;
  }
  if (account === undefined) throw new Error('the last batch came without an account');
  return { items, account, batches };
};

/** Items as one line each: what a test reads easily. */
export const summary = (items: readonly ImportItem[]): readonly string[] =>
  items.map((item) =>
    item.kind === 'touchpoint'
      ? `${item.at.line} ${item.touchpoint.type} ${item.touchpoint.id} of ${item.touchpoint.customer}`
      : `${item.at.line} rejected ${item.field}: ${item.reason}`,
  );

export const rejectedOf = (items: readonly ImportItem[]): readonly RejectedItem[] =>
  items.filter((item) => item.kind === 'rejected');

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** The sum of all that became of a file's lines, which must be its length. */
export const accountedLines = (account: FileAccount): number =>
  account.header +
  account.blank +
  account.becameTouchpoints +
  account.belongsToNobody +
  sum(account.notATouchpoint) +
  sum(account.rejected);
