import { type DecodeContext, decodeTouchpoint, type TouchpointProblem } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { ImportItem, Place } from './import-item';
import { shorten } from './lines';

/** An item, and for a rejected one the reason without the values of this line, which is what an account counts. */
export interface DecodedItem {
  readonly item: ImportItem;
  readonly countedAs?: string;
}

const withoutIndex = (field: string): string => field.replace(/\[\d+\]/g, '[]');

const kindOf = ({ field, expected }: TouchpointProblem): string => `${withoutIndex(field)}: expected ${expected}`;

/** Decodes one touchpoint; `raw` is shown when it is rejected. */
export const decodeItem = (input: unknown, at: Place, context: DecodeContext, raw: () => string): DecodedItem => {
  const decoded = decodeTouchpoint(input, context);
  if (!isLeft(decoded)) return { item: { kind: 'touchpoint', touchpoint: decoded.right, at } };
  const [first] = decoded.left;
  const reason = decoded.left.map(({ message }) => message).join('; ');
  return {
    item: { kind: 'rejected', at, field: first.field, reason, raw: shorten(raw()) },
    countedAs: kindOf(first),
  };
};
