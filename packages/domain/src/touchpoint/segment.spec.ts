import * as E from 'fp-ts/Either';
import { InexactNumber } from '../exact-json';
import { decodeSegment, isKnownType, segmentEvents, translateSegment } from './index';
import { context } from './testing/touchpoint-fixtures';

const track = (event: string, properties?: unknown, over: Readonly<Record<string, unknown>> = {}) => ({
  type: 'track',
  event,
  messageId: 'm-1',
  userId: 'c-17',
  timestamp: '2026-03-01T12:00:00.000Z',
  properties,
  ...over,
});

const dataOf = (call: unknown): unknown => {
  const decoded = decodeSegment(call, context);
  if (E.isLeft(decoded)) throw new Error(decoded.left.map(({ message }) => message).join('\n'));
  return decoded.right.data;
};

const refused = (call: unknown) => {
  const decoded = decodeSegment(call, context);
  if (E.isRight(decoded)) throw new Error('accepted');
  return decoded.left;
};

describe('a Segment call', () => {
  it('is refused with a number that would become another, wherever that stands', () => {
    const number = new InexactNumber('17841405822304913');
    for (const properties of [{ ref: number }, { products: [number] }, { products: [{ sku: number }] }, number])
      expect(refused(track('Order Completed', properties))).toMatchObject([{ got: '17841405822304913' }]);
    expect(refused(track('Order Completed', {}, { messageId: number }))).toMatchObject([
      { field: 'messageId', got: '17841405822304913' },
    ]);
  });

  it('“Order Completed” becomes an order with its items', () => {
    const call = track('Order Completed', {
      order_id: '50314e',
      total: 27.5,
      revenue: 25,
      currency: 'USD',
      coupon: 'hasbros',
      products: [
        { product_id: '507f', sku: 'G-32', name: 'Monopoly', price: 19, quantity: 1, category: 'Games' },
        { product_id: '505b', price: 3, quantity: 2, image_url: 'https://example.com/1.jpg' },
      ],
    });
    expect(decodeSegment(call, context)).toEqual(
      E.right({
        id: 'm-1',
        source: 'segment',
        type: 'order.completed',
        version: 1,
        customer: 'c-17',
        occurredAt: Date.UTC(2026, 2, 1, 12),
        data: {
          orderId: '50314e',
          total: 27.5,
          revenue: 25,
          currency: 'USD',
          coupon: 'hasbros',
          items: [
            { productId: '507f', sku: 'G-32', name: 'Monopoly', price: 19, quantity: 1, category: 'Games' },
            { sku: '505b', price: 3, quantity: 2, imageUrl: 'https://example.com/1.jpg' },
          ],
        },
      }),
    );
  });

  it('takes the total from the first property that says it', () => {
    expect(dataOf(track('Order Completed', { total: null, revenue: 25 }))).toEqual({ total: 25 });
    expect(dataOf(track('Checkout Started', { value: 10, revenue: 12 }))).toEqual({ total: 12, value: 10 });
  });

  it('“Unsubscribed” revokes the consent for marketing, or for what the call names', () => {
    expect(decodeSegment(track('Unsubscribed', { list_id: 'l' }), context)).toMatchObject(
      E.right({ type: 'consent.revoked', data: { purpose: 'marketing', listId: 'l' } }),
    );
    expect(dataOf(track('Unsubscribed', { purpose: 'newsletter' }))).toEqual({ purpose: 'newsletter' });
  });

  it('“Product Reviewed” becomes a review with score and text', () => {
    expect(dataOf(track('product reviewed', { product_id: 'p', rating: 4, review_body: 'good' }))).toEqual({
      productId: 'p',
      score: 4,
      text: 'good',
    });
  });

  it('belongs to the anonymous id while there is no user', () => {
    expect(decodeSegment(track('Signed Up', {}, { userId: null, anonymousId: 'a-1' }), context)).toMatchObject(
      E.right({ customer: 'a-1' }),
    );
  });

  it('“alias” merges the previous id into the new one', () => {
    const alias = {
      type: 'alias',
      messageId: 'm',
      previousId: 'a-1',
      userId: 'c-17',
      timestamp: '2026-03-01T12:00:00Z',
    };
    expect(decodeSegment(alias, context)).toMatchObject(
      E.right({ type: 'customer.merged', customer: 'a-1', data: { into: 'c-17' } }),
    );
    expect(refused({ ...alias, previousId: undefined, userId: undefined }).map(({ field }) => field)).toEqual([
      'previousId',
      'userId',
    ]);
  });

  it.each(segmentEvents.map((entry) => [entry.event, entry] as const))(
    '“%s” is accepted bare, as its type',
    (event, { type }) => {
      expect(isKnownType(type)).toBe(true);
      expect(decodeSegment(track(event), context)).toMatchObject(E.right({ type }));
    },
  );

  it('without a mapping is a problem that names the event', () => {
    expect(refused(track('Video Paused'))).toMatchObject([{ field: 'event', got: '"Video Paused"' }]);
    expect(refused(track('constructor'))).toMatchObject([{ field: 'event' }]);
    expect(refused({ type: 'identify', userId: 'c' })).toMatchObject([{ field: 'type', got: '"identify"' }]);
    expect(refused('track')).toMatchObject([{ field: '' }]);
    expect(refused(track('Signed Up', 'x'))).toMatchObject([{ field: 'properties' }]);
  });

  it('gets its problems with the names it uses', () => {
    const wrong = track('Order Completed', { total: -1, products: 3 }, { messageId: '', userId: '', timestamp: 'now' });
    expect(refused(wrong).map(({ field }) => field)).toEqual([
      'messageId',
      'userId',
      'timestamp',
      'data.total',
      'data.items',
    ]);
  });

  it('cannot smuggle a prototype in', () => {
    const properties = JSON.parse('{"__proto__": {"polluted": true}, "products": [{"__proto__": {"polluted": true}}]}');
    expect(E.isRight(translateSegment(track('Order Completed', properties)))).toBe(true);
    expect(refused(track('Order Completed', properties))[0].message).toContain('__proto__');
    expect({}).not.toHaveProperty('polluted');
  });
});
