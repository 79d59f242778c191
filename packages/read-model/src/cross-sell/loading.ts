import { createOwnership, type Ownership } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import { DamagedContent } from '../guarded';
import { type DecodedBasket, decodeBasket, emptyBasket } from './basket';

/** Customers read at once. */
const RUN = 1024;

/** A low guess, so that the room made is rather too much than too little. */
const BYTES_PER_FACT = 5;

/** The same object again and again, with the next basket in it. */
function* basketsOf(db: Database): Generator<DecodedBasket> {
  const last = db.prepare<[], number | null>('SELECT max(number) FROM customers').pluck().get() ?? -1;
  // Handing over each row's blob would take ten times as long as reading it; hex makes a thousand rows one string.
  const run = db
    .prepare<[number, number], string | null>(
      "SELECT group_concat(hex(basket), '') FROM customers WHERE number >= ? AND number < ?",
    )
    .pluck();
  const decoded = emptyBasket();
  for (let from = 0; from <= last; from += RUN) {
    const bytes = Buffer.from(run.get(from, from + RUN) ?? '', 'hex');
    for (let at = 0; at < bytes.length; ) {
      at = decodeBasket(bytes, at, decoded);
      yield decoded;
    }
  }
}

/** Everything stored, in memory, under the numbers it has in the store. */
export const loadOwnership = (db: Database): Ownership => {
  const bytes = db.prepare<[], number>('SELECT coalesce(sum(length(basket)), 0) FROM customers').pluck().get()!;
  const ownership = createOwnership(Math.ceil(bytes / BYTES_PER_FACT));
  const products = db.prepare<[], [number, string]>('SELECT number, name FROM products ORDER BY number').raw();
  for (const [number, name] of products.iterate())
    if (ownership.productNumber(name) !== number)
      throw new DamagedContent(`a product before number ${number} is missing`);

  ownership.addBaskets(basketsOf(db));
  return ownership;
};
