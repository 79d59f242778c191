import type { Ownership, OwnershipFact } from '@rapport/domain';
import type { Database, Statement } from 'better-sqlite3';
import { type Basket, basketMap, decodeBasket, emptyBasket, encodeBasket } from './basket';

/** Does to the facts in memory what was done to those in the store; only for a transaction that has committed. */
export type Follow = (ownership: Ownership) => void;

/** Writes to the store, each call in one transaction. */
export interface Writing {
  /** Adds facts, after it took out the customers to `forget` with theirs. */
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
  const products = new ProductTable(db);
  const customers = new CustomerTable(db);
  const setCheckpoint = db.prepare<[string]>(
    'INSERT INTO checkpoint (one, position) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET position = excluded.position',
  );

  const apply = (facts: readonly OwnershipFact[], checkpoint: string, forget: readonly string[]): Follow => {
    const forgotten = forget.flatMap((customer) => customers.remove(customer) ?? []);
    const { numbers, added } = products.numberAll(facts);
    const changes = [...byCustomer(facts)].flatMap(([name, theirs]) => customers.merge(name, theirs, numbers) ?? []);
    setCheckpoint.run(checkpoint);
    return (ownership) => {
      for (const customer of forgotten) ownership.forget(customer);
      for (const name of added) ownership.productNumber(name);
      for (const { number, changed } of changes)
        for (const [product, instant] of changed) ownership.add(number, product, instant);
    };
  };

  const replace: Writing['replace'] = (ownership, numbers, checkpoint) => {
    customers.removeAll();
    products.replaceAll(ownership.products);
    for (const [name, number] of numbers) customers.add(number, name, basketIn(ownership, number));
    setCheckpoint.run(checkpoint);
  };

  return { apply: db.transaction(apply).immediate, replace: db.transaction(replace).immediate };
};

const basketIn = ({ baskets }: Ownership, customer: number): Basket => {
  const { items, numbers, start, length } = baskets;
  const first = start[customer]!;
  const basket = new Map<number, number>();
  for (let slot = first; slot < first + length[customer]!; slot++) basket.set(items[slot]!, numbers[slot]!);
  return basket;
};

/** Products and their numbers: 0, 1, 2 and so on, without gaps. */
class ProductTable {
  private readonly find: Statement<[string], number>;
  private readonly next: Statement<[], number>;
  private readonly insert: Statement<[number, string]>;
  private readonly deleteAll: Statement<[]>;

  constructor(db: Database) {
    this.find = db.prepare<[string], number>('SELECT number FROM products WHERE name = ?').pluck();
    this.next = db.prepare<[], number>('SELECT coalesce(max(number) + 1, 0) FROM products').pluck();
    this.insert = db.prepare('INSERT INTO products (number, name) VALUES (?, ?)');
    this.deleteAll = db.prepare('DELETE FROM products');
  }

  /** The numbers of all products that occur; new products receive theirs, and are `added`, in order. */
  numberAll(facts: readonly OwnershipFact[]) {
    const numbers = new Map<string, number>();
    const added: string[] = [];
    const first = this.next.get()!;
    for (const { product } of facts) {
      if (numbers.has(product)) continue;
      let number = this.find.get(product);
      if (number === undefined) {
        number = first + added.length;
        this.insert.run(number, product);
        added.push(product);
      }
      numbers.set(product, number);
    }
    return { numbers, added };
  }

  replaceAll(names: readonly string[]): void {
    this.deleteAll.run();
    for (const [number, name] of names.entries()) this.insert.run(number, name);
  }
}

/** A customer's number, and the products whose first order changed, with its instant. */
interface CustomerChange {
  readonly number: number;
  readonly changed: Basket;
}

class CustomerTable {
  private readonly find: Statement<[string], CustomerRow>;
  private readonly next: Statement<[], number>;
  private readonly insert: Statement<[number, string, Buffer]>;
  private readonly update: Statement<[Buffer, number]>;
  private readonly delete: Statement<[string], number>;
  private readonly deleteAll: Statement<[]>;
  private readonly decoded = emptyBasket();

  constructor(db: Database) {
    this.find = db.prepare('SELECT number, basket FROM customers WHERE name = ?');
    this.next = db.prepare<[], number>('SELECT coalesce(max(number) + 1, 0) FROM customers').pluck();
    this.insert = db.prepare('INSERT INTO customers (number, name, basket) VALUES (?, ?, ?)');
    this.update = db.prepare('UPDATE customers SET basket = ? WHERE number = ?');
    this.delete = db.prepare<[string], number>('DELETE FROM customers WHERE name = ? RETURNING number').pluck();
    this.deleteAll = db.prepare('DELETE FROM customers');
  }

  add(number: number, name: string, basket: Basket): void {
    this.insert.run(number, name, encodeBasket(number, basket));
  }

  /** The number that the customer had; undefined where the customer is not there. */
  remove(name: string): number | undefined {
    return this.delete.get(name);
  }

  removeAll(): void {
    this.deleteAll.run();
  }

  /** Adds facts to a customer's basket, keeping the earliest order of each product; undefined where nothing changes. */
  merge(
    name: string,
    facts: readonly OwnershipFact[],
    productNumbers: ReadonlyMap<string, number>,
  ): CustomerChange | undefined {
    const row = this.find.get(name);
    const basket = this.basketOf(row);
    const changed = new Map<number, number>();
    for (const { product, firstOrderedAt } of facts) {
      const number = productNumbers.get(product)!;
      const known = basket.get(number);
      if (known !== undefined && known <= firstOrderedAt) continue;
      basket.set(number, firstOrderedAt);
      changed.set(number, firstOrderedAt);
    }
    if (changed.size === 0) return undefined;
    const number = row?.number ?? this.next.get()!;
    if (row === undefined) this.add(number, name, basket);
    else this.update.run(encodeBasket(number, basket), number);
    return { number, changed };
  }

  private basketOf(row: CustomerRow | undefined): Map<number, number> {
    this.decoded.size = 0;
    if (row !== undefined) decodeBasket(row.basket, 0, this.decoded);
    return basketMap(this.decoded);
  }
}
