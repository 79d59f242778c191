import type { DecodeContext } from '@rapport/domain';
import { type FileLedger, fileLedger } from './account';
import { decodeItem } from './decode-item';
import { type ExactJson, isExactObject, mayChange, Numeral, settled } from './exact-json';
import type { ImportItem, Place } from './import-item';
import { type JsonValue, readJsonValues } from './json-values';
import { shorten } from './lines';
import type { Reading } from './reading';

/** Fields of the envelope that are text: a number there is refused as it was sent, not as JavaScript keeps it. */
const numberAsId = (value: ExactJson): string | undefined =>
  isExactObject(value) ? Object.keys(value).find((key) => key !== 'data' && value[key] instanceof Numeral) : undefined;

const itemOf = (one: JsonValue, at: Place, context: DecodeContext, ledger: FileLedger): ImportItem => {
  const reject = (field: string, reason: string, countedAs: string): ImportItem => {
    ledger.count('rejected', 1, countedAs);
    return { kind: 'rejected', at, field, reason, raw: shorten(one.text) };
  };
  if (one.fault !== undefined) return reject('', one.fault, 'notJson' in one ? 'not JSON' : one.fault);
  const { value, text } = one;
  const field = mayChange(text) ? numberAsId(value) : undefined;
  if (field !== undefined && isExactObject(value))
    return reject(
      field,
      `expected a text, got the number ${(value[field] as Numeral).source}. Put it in quotes.`,
      `${field}: expected a text`,
    );
  const { item, countedAs } = decodeItem(mayChange(text) ? settled(value) : value, at, context, () => text);
  ledger.count(countedAs === undefined ? 'touchpoint' : 'rejected', 1, countedAs);
  return item;
};

/** The preset `touchpoints`: a touchpoint a line, or all in an array, as CloudEvents or in the compact form. */
export const readNdjson = (files: readonly string[]): Reading =>
  async function* ({ context, signal, begun }) {
    for (const file of files) {
      const { layout, values } = await readJsonValues(file, signal);
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
