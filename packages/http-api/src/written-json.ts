import { InexactNumber } from '@rapport/domain';

/**
 * JSON of what `parseExactJson` read, with each number as it was sent. Node that has `JSON.rawJSON` writes it as a number;
 * else it is a text, which is also how it is to be mended.
 */
export const writtenJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof InexactNumber ? rawNumber(inner) : inner)) ?? 'null';

const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };

const rawNumber = ({ text }: InexactNumber): unknown => (rawJSON === undefined ? text : rawJSON(text));
