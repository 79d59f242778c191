import type { Ownership, OwnershipFact } from '@rapport/domain';
import type { Database } from 'better-sqlite3';
import { basketMap, decodeBasket, emptyBasket, encodeBasket } from './basket';

/** Does to the facts in memory what was done to those in the store; only for a transaction that has committed. */
export type Follow = (ownership: Ownership) => void;

export interface Writing {
  apply(facts: readonly OwnershipFact[], checkpoint: string, forget: readonly string[]): Follow;
  /** @param customers number by name, as used in `ownership` */
  replace(ownership: Ownership, customers: ReadonlyMap<string, number>, checkpoint: string): void;
}

interface CustomerRow {
  readonly number: number;
  readonly basket: Buffer;
}

const byCustomer = (facts: readonly OwnershipFact[]): ReadonlyMap<string, readonly OwnershipFact[]> => {
  const groups = new Map<string, OwnershipFact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.customer);
    if (group === undefined) groups.set(fact.customer, [fact]);
    else group.push(fact);
  }
  return groups;
};

export const createWriting = (db: Database): Writing => {
  const findProduct = db.prepare<[string], number>('SELECT number FROM products WHERE name = ?').pluck();
  const nextProduct = db.prepare<[], number>('SELECT coalesce(max(number) + 1, 0) FROM products').pluck();
  const addProduct = db.prepare<[number, string]>('INSERT INTO products (number, name) VALUES (?, ?)');
  const findCustomer = db.prepare<[string], CustomerRow>('SELECT number, basket FROM customers WHERE name = ?');
  const nextCustomer = db.prepare<[], number>('SELECT coalesce(max(number) + 1, 0) FROM customers').pluck();
  const addCustomer = db.prepare<[number, string, Buffer]>(
    'INSERT INTO customers (number, name, basket) VALUES (?, ?, ?)',
  );
  const setBasket = db.prepare<[Buffer, number]>('UPDATE customers SET basket = ? WHERE number = ?');
  const removeCustomer = db.prepare<[string], number>('DELETE FROM customers WHERE name = ? RETURNING number').pluck();
  const setCheckpoint = db.prepare<[string]>(
    'INSERT INTO checkpoint (one, position) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET position = excluded.position',
  );
  const decoded = emptyBasket();

  const numberProducts = (facts: readonly OwnershipFact[]) => {
    const numbers = new Map<string, number>();
    const added: string[] = [];
    const first = nextProduct.get()!;
    for (const { product } of facts) {
      if (numbers.has(product)) continue;
      let number = findProduct.get(product);
      if (number === undefined) {
        number = first + added.length;
        addProduct.run(number, product);
        added.push(product);
      }
      numbers.set(product, number);
    }
    return { numbers, added };
  };

  const mergeInto = (customer: string, facts: readonly OwnershipFact[], numbers: ReadonlyMap<string, number>) => {
    const row = findCustomer.get(customer);
    decoded.size = 0;
    if (row !== undefined) decodeBasket(row.basket, 0, decoded);
    const basket = basketMap(decoded);
    const news = new Map<number, number>();
    for (const { product, firstOrderedAt } of facts) {
      const number = numbers.get(product)!;
      const known = basket.get(number);
      if (known !== undefined && known <= firstOrderedAt) continue;
      basket.set(number, firstOrderedAt);
      news.set(number, firstOrderedAt);
    }
    if (news.size === 0) return undefined;
    const number = row?.number ?? nextCustomer.get()!;
    const bytes = encodeBasket(number, basket);
    if (row === undefined) addCustomer.run(number, customer, bytes);
    else setBasket.run(bytes, number);
    return { number, news };
  };

  const apply = db.transaction(
    (facts: readonly OwnershipFact[], checkpoint: string, forget: readonly string[]): Follow => {
      const forgotten = forget.flatMap((customer) => removeCustomer.get(customer) ?? []);
      const { numbers, added } = numberProducts(facts);
      const changes = [...byCustomer(facts)].flatMap(([customer, hers]) => mergeInto(customer, hers, numbers) ?? []);
      setCheckpoint.run(checkpoint);
      return (ownership) => {
        for (const customer of forgotten) ownership.forget(customer);
        for (const name of added) ownership.productNumber(name);
        for (const { number, news } of changes)
          for (const [product, instant] of news) ownership.add(number, product, instant);
      };
    },
  );

  const replace = db.transaction(
    (ownership: Ownership, customers: ReadonlyMap<string, number>, checkpoint: string): void => {
      db.exec('DELETE FROM customers; DELETE FROM products');
      ownership.products.forEach((name, number) => {
        addProduct.run(number, name);
      });
      const { items, numbers, start, length } = ownership.baskets;
      for (const [name, customer] of customers) {
        const basket = new Map<number, number>();
        for (let slot = start[customer]; slot < start[customer] + length[customer]; slot++)
          basket.set(items[slot], numbers[slot]);
        addCustomer.run(customer, name, encodeBasket(customer, basket));
      }
      setCheckpoint.run(checkpoint);
    },
  );

  return { apply: apply.immediate, replace: replace.immediate };
};
