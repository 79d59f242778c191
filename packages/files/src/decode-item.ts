import {
  type DecodeContext,
  decodeTouchpoint,
  misspeltFields,
  type TouchpointAdjustment,
  type TouchpointProblem,
} from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { ImportItem, Place } from './import-item';
import { shorten } from './lines';

/** An item, and for a rejected one the reason without the values of this line, which is what an account counts. */
export interface DecodedItem {
  readonly item: ImportItem;
  readonly countedAs?: string;
}

const withoutIndex = (field: string): string => field.replace(/\[\d+\]/g, '[]');

const kindOf = ({ field, expected }: TouchpointProblem): string =>
  `${field === '' ? '' : `${withoutIndex(field)}: `}expected ${expected}`;

/** All problems in one sentence; the field of the first stands beside it. */
const reasonOf = ([first, ...others]: readonly TouchpointProblem[]): string => {
  const { field, message } = first!;
  const prefix = `${field}: `;
  const own = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  if (others.length === 0) return own;
  return [own, ...others.map(({ message }) => message)].map((one) => one.replace(/\.$/, '')).join('; ');
};

/** Decodes one touchpoint; `raw` is shown when it is rejected. */
export const decodeItem = (input: unknown, at: Place, context: DecodeContext, raw: () => string): DecodedItem => {
  let adjustments: TouchpointAdjustment[] | undefined;
  const decoded = decodeTouchpoint(input, {
    ...context,
    onAdjusted: (one) => {
      adjustments ??= [];
      adjustments.push(one);
    },
  });
  if (!isLeft(decoded)) {
    const warnings = misspeltFields(decoded.right, context.catalogue, input);
    const touchpoint = { kind: 'touchpoint', touchpoint: decoded.right, at } as const;
    if (warnings.length === 0 && adjustments === undefined) return { item: touchpoint };
    return {
      item: {
        ...touchpoint,
        ...(warnings.length === 0 ? undefined : { warnings }),
        ...(adjustments === undefined ? undefined : { adjustments }),
      },
    };
  }
  // A touchpoint is refused for a reason.
  const first = decoded.left[0]!;
  return {
    item: { kind: 'rejected', at, field: first.field, reason: reasonOf(decoded.left), raw: shorten(raw()) },
    countedAs: kindOf(first),
  };
};
