import { ownedProducts, ownershipOf } from './ownership-of';

const order = (occurredAt: number, ...items: readonly (Readonly<Record<string, string | number>> | string)[]) => ({
  type: 'order.completed',
  customer: 'c-17',
  occurredAt,
  data: { items },
});

describe('the products of an order', () => {
  it('are named by sku, else by productId, each once', () => {
    const facts = ownershipOf(order(5, { sku: 'a', productId: 'x' }, { productId: 'b' }, { sku: 'a' }, { sku: 22423 }));
    expect(facts).toEqual(['a', 'b', '22423'].map((product) => ({ customer: 'c-17', product, firstOrderedAt: 5 })));
  });

  it('leave out items that name no product', () => {
    expect(ownershipOf(order(5, { quantity: 2 }, 'gift', { sku: '' }))).toEqual([]);
    expect(ownershipOf({ ...order(5), data: {} })).toEqual([]);
  });

  it('are taken from completed orders only', () => {
    expect(ownershipOf({ ...order(5, { sku: 'a' }), type: 'order.refunded' })).toEqual([]);
  });
});

describe('what a customer owns', () => {
  it('spans from the first to the last order of each product up to asOf, refunded or not', () => {
    const touchpoints = [
      order(30, { sku: 'b' }),
      order(20, { sku: 'a' }, { sku: 'b' }),
      { ...order(25, { sku: 'a' }), type: 'order.refunded' },
      order(10, { sku: 'b' }),
      order(40, { sku: 'a' }, { sku: 'c' }),
    ];
    expect(ownedProducts(touchpoints, 39)).toEqual([
      { product: 'a', firstOrderedAt: 20, lastOrderedAt: 20 },
      { product: 'b', firstOrderedAt: 10, lastOrderedAt: 30 },
    ]);
  });
});
