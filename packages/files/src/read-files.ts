import type { DecodeContext, TouchpointAdjustment } from '@rapport/domain';
import { type FileLedger, tally } from './account';
import { ImportError } from './import-error';
import type { ImportBatch, ImportItem, InputReport, Mapping, RejectedItem } from './import-item';
import { TABLE_PRESETS } from './presets';
import { readNdjson } from './read-ndjson';
import { readEachFile, readFileSet } from './read-preset';
import { readSql } from './read-sql';
import type { Reading } from './reading';
import type { ValueFormat } from './value-format';

export interface ReadOptions {
  /** How touchpoints are decoded: the catalogue, the clock, the source of lines that name none. */
  readonly context: DecodeContext;
  /** Items in a batch; 1,000 by default. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** How numbers and dates are written, where a mapping's files do not show it. */
  readonly format?: ValueFormat;
  /** Ends after this number of touchpoints, as if there were no more; the account says so. */
  readonly limit?: number;
  /** Skips this number of items (rejected ones are items), which an interrupted import has done. */
  readonly resumeAfter?: number;
  /** Called for each rejected item that is yielded. */
  readonly onRejected?: (item: RejectedItem) => void;
}

const readingOf = (files: readonly string[], mapping: Mapping): Reading => {
  if ('sql' in mapping) return readSql(files, mapping.sql, mapping.name ?? 'mapping');
  switch (mapping.preset) {
    case 'touchpoints':
      return readNdjson(files);
    case 'olist':
      return readFileSet(TABLE_PRESETS.olist, files);
    default:
      return readEachFile(TABLE_PRESETS[mapping.preset], files);
  }
};

/** What was done to a value, without the value. */
const adjustedAs = ({ type, field }: TouchpointAdjustment): string =>
  `${type}: ${field} below 0 is taken as an amount above 0`;

/**
 * Reads touchpoints from files. The same files with the same mapping yield the same items in the same order. Every
 * touchpoint yielded has been decoded; what cannot be one is yielded as rejected, with file, line, field and reason.
 * The last batch, which may be without items, carries the account of every line.
 *
 * Presets: `touchpoints` (NDJSON, plain or gzip: CloudEvents or the compact form), `online-retail` and `cdnow` (one
 * text file each, plain or gzip), `olist` (a folder, a .tar.gz of it, or its files).
 *
 * @throws ImportError for what no line can be blamed for: a missing file, wrong columns, a damaged archive, a wrong
 * mapping. Batches that came before are right and may be kept.
 * @throws the signal's reason when aborted.
 *
 * @example
 * const context = { catalogue: standardCatalogue, now: Date.now() };
 * for await (const { items, account } of readFiles(['orders.csv.gz'], { preset: 'online-retail' }, { context })) {
 *   await record(items);
 *   if (account !== undefined) report(account);
 * }
 */
export async function* readFiles(
  files: readonly string[],
  mapping: Mapping,
  { context, batchSize = 1000, signal, format = {}, limit, resumeAfter = 0, onRejected }: ReadOptions,
): AsyncGenerator<ImportBatch> {
  if (files.length === 0) throw new ImportError('missing-file', 'No file was given. Name at least one.', { file: '' });
  const ledgers: FileLedger[] = [];
  const inputs: InputReport[] = [];
  const reading = readingOf(
    files,
    mapping,
  )({
    context,
    format,
    signal,
    begun: (ledger) => {
      ledgers.push(ledger);
    },
    found: (input) => {
      inputs.push(input);
    },
  });
  const progress = () => {
    const known = ledgers.length >= files.length && ledgers.every((ledger) => ledger.expected() !== undefined);
    return {
      linesDone: ledgers.reduce((sum, ledger) => sum + ledger.counted(), 0),
      ...(known ? { linesTotal: ledgers.reduce((sum, ledger) => sum + (ledger.expected() ?? 0), 0) } : undefined),
    };
  };
  const counts = { touchpoint: 0, rejected: 0 };
  const warnings = new Map<string, number>();
  const adjusted = new Map<string, number>();
  let passed = 0;
  let batch: ImportItem[] = [];
  let limited = false;
  try {
    all: for await (const items of reading) {
      signal?.throwIfAborted();
      for (const item of items) {
        limited = item.kind === 'touchpoint' && counts.touchpoint === limit;
        if (limited) break all;
        counts[item.kind]++;
        if (item.kind === 'touchpoint') {
          for (const { message } of item.warnings ?? []) tally(warnings, message, 1);
          for (const one of item.adjustments ?? []) tally(adjusted, adjustedAs(one), 1);
        }
        if (passed < resumeAfter) {
          passed++;
          continue;
        }
        if (item.kind === 'rejected') onRejected?.(item);
        batch.push(item);
        if (batch.length === batchSize) {
          yield { items: batch, ...progress() };
          batch = [];
          signal?.throwIfAborted();
        }
      }
    }
  } catch (error) {
    // An aborted DuckDB says only that it was interrupted.
    signal?.throwIfAborted();
    // What was read before the damage is right, and the caller may keep it.
    if (error instanceof ImportError && batch.length > 0) yield { items: batch, ...progress() };
    throw error;
  }
  // Where a limit ended it, the result of the other lines is unknown.
  const accounts = limited ? [] : ledgers.map((ledger) => ledger.account());
  yield {
    items: batch,
    linesDone: progress().linesDone,
    ...(limited ? {} : { linesTotal: accounts.reduce((sum, { lines }) => sum + lines, 0) }),
    account: {
      touchpoints: counts.touchpoint,
      rejected: counts.rejected,
      warnings: Object.fromEntries(warnings),
      adjusted: Object.fromEntries(adjusted),
      files: accounts,
      inputs,
      ...(limited ? { limited } : {}),
    },
  };
}
