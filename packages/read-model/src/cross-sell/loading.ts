import { createOwnership, type Ownership } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import { decodeBasket, emptyBasket } from './basket';

/** Everything stored, in memory, under the numbers it has in the store. */
export const loadOwnership = (db: Database): Ownership => {
  const ownership = createOwnership();
  // Strings and blobs cross from SQLite one by one; the rows are few (customers, not facts), which is the point.
  const products = db.prepare<[], [number, string]>('SELECT number, name FROM products ORDER BY number').raw();
  for (const [number, name] of products.iterate())
    if (ownership.productNumber(name) !== number)
      throw new Error(`The cross-sell store ${db.name} lacks a product before number ${number}. Rebuild the store.`);
  const decoded = emptyBasket();
  const baskets = db.prepare<[], [number, Buffer]>('SELECT number, basket FROM customers').raw();
  for (const [customer, bytes] of baskets.iterate()) {
    decodeBasket(bytes, decoded);
    ownership.addAll(customer, decoded.products, decoded.instants, decoded.size);
  }
  return ownership;
};
