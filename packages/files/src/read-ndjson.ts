import { type DecodeContext, parseExactJson } from '@rapport/domain';
import { type FileLedger, fileLedger } from './account';
import { decodeItem } from './decode-item';
import type { ImportItem, Place } from './import-item';
import { type JsonValue, readJsonValues } from './json-values';
import { shorten } from './lines';
import type { Reading } from './reading';

const itemOf = (one: JsonValue<unknown>, at: Place, context: DecodeContext, ledger: FileLedger): ImportItem => {
  if (one.fault !== undefined) {
    ledger.count('rejected', 1, one.notJson === true ? 'not JSON' : one.fault);
    return { kind: 'rejected', at, field: '', reason: one.fault, raw: shorten(one.text) };
  }
  const { item, countedAs } = decodeItem(one.value, at, context, () => one.text);
  ledger.count(countedAs === undefined ? 'touchpoint' : 'rejected', 1, countedAs);
  return item;
};

/** The preset `touchpoints`: a touchpoint a line, or all in an array, as CloudEvents or in the compact form. */
export const readNdjson = (files: readonly string[]): Reading =>
  async function* ({ context, signal, begun }) {
    for (const file of files) {
      const { layout, values } = await readJsonValues(file, parseExactJson, signal);
      const ledger = fileLedger(file, layout === 'lines' ? 'line' : 'row');
      begun(ledger);
      for await (const batch of values) {
        const items: ImportItem[] = [];
        for (const one of batch) {
          if (one === undefined) ledger.count('blank', 1);
          else {
            const at: Place =
              layout === 'lines' ? { file, line: one.line } : { file, line: one.line, counts: 'values' };
            items.push(itemOf(one, at, context, ledger));
          }
        }
        yield items;
      }
    }
  };
