import type { RejectedItem } from '@rapport/files';
import { plain } from './style';

const placeOf = ({ file, line, counts }: RejectedItem['at']): string =>
  counts === undefined ? `${file}:${line}` : `${file}, ${counts === 'values' ? 'value' : 'row of the result'} ${line}`;

/** The error of a line, with its place: `orders.ndjson:7: data.total: expected a number, got "much"`. */
export const rejectionText = ({ at, field, reason }: Pick<RejectedItem, 'at' | 'field' | 'reason'>): string =>
  plain(`${placeOf(at)}: ${field === '' ? '' : `${field}: `}${reason}`);
