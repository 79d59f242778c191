import { parseExactJson } from '@rapport/domain';
import { fileLedger } from './account';
import { decodeItem } from './decode-item';
import type { ImportItem } from './import-item';
import { readLines, shorten } from './lines';
import type { Reading } from './reading';

const parse = (text: string): { readonly value: unknown } | { readonly fault: string } => {
  try {
    return { value: parseExactJson(text) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
};

/** The preset `touchpoints`: a touchpoint a line, as CloudEvent or in the compact form. */
export const readNdjson = (files: readonly string[]): Reading =>
  async function* ({ context, signal, begun }) {
    for (const file of files) {
      const ledger = fileLedger(file);
      begun(ledger);
      for await (const lines of readLines(file, { signal })) {
        const items: ImportItem[] = [];
        for (const { line, text, fault } of lines) {
          if (fault === undefined && text.trim() === '') {
            ledger.count('blank', 1);
            continue;
          }
          const at = { file, line };
          const parsed = fault === undefined ? parse(text) : { fault };
          if ('fault' in parsed) {
            const reason = fault ?? `not JSON: ${parsed.fault}`;
            items.push({ kind: 'rejected', at, field: '', reason, raw: shorten(text) });
            ledger.count('rejected', 1, fault ?? 'not JSON');
            continue;
          }
          const { item, countedAs } = decodeItem(parsed.value, at, context, () => text);
          items.push(item);
          ledger.count(countedAs === undefined ? 'touchpoint' : 'rejected', 1, countedAs);
        }
        yield items;
      }
    }
  };
