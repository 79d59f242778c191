import type { UnitedCustomer } from '@rapport/engine';
import type { Look } from './relationship';
import { plain, shorten } from './style';
import { wordsIn } from './words';

const NAMED = 5;

/** The other customers in a relationship, in one line; no line if there are none. */
export const mergedLines = (
  { customer, askedFor, mergedCustomers }: UnitedCustomer,
  { style, language }: Pick<Look, 'style' | 'language'>,
): readonly string[] => {
  if (mergedCustomers.length === 0) return [];
  const words = wordsIn(language);
  const named = mergedCustomers.slice(0, NAMED).map((one) => shorten(plain(one), 60));
  const more = mergedCustomers.length > NAMED ? ` +${mergedCustomers.length - NAMED}` : '';
  const asked =
    askedFor === undefined
      ? ''
      : `${shorten(plain(askedFor), 60)} ${words.mergedInto} ${shorten(plain(customer), 60)}. `;
  return [style.dim(`${asked}${words.withHistoryOf} ${named.join(', ')}${more}`)];
};
