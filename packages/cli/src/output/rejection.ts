import type { RejectedItem } from '@rapport/files';
import { plain } from './style';

/** What is wrong with a line, with its place: `orders.ndjson:7: data.total: expected a number, got "much"`. */
export const rejectionText = ({ at, field, reason }: Pick<RejectedItem, 'at' | 'field' | 'reason'>): string =>
  plain(`${at.file}:${at.line}: ${field === '' ? '' : `${field}: `}${reason}`);
