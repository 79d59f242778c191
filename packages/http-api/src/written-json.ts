import { InexactNumber } from '@rapport/domain';

const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Numbers that no double keeps are written by their `toJSON` as texts; here they are numbers again. */
function exactly(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const before = this[key];
  return before instanceof InexactNumber ? rawJSON(before.text) : value;
}

/** JSON of what `parseExactJson` read, with each number as it was sent. */
export const writtenJson = (value: unknown): string => JSON.stringify(value, exactly) ?? 'null';
