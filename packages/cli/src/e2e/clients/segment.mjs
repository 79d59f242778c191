// As a shop's server sends what happens: node segment.mjs URL KEY
import { Analytics } from '@segment/analytics-node';

const [, , host, writeKey] = process.argv;
const analytics = new Analytics({ writeKey, host, path: '/v1/batch' });
analytics.on('error', ({ code, reason }) => process.stderr.write(`${code}: ${reason}\n`));
analytics.on('http_response', ({ status }) => process.stdout.write(`${status}\n`));

analytics.identify({ userId: 'c-1', traits: { plan: 'plus' } });
analytics.page({ userId: 'c-1', name: 'Home' });
analytics.track({
  userId: 'c-1',
  event: 'Order Completed',
  messageId: 'order-1',
  properties: { order_id: 'o-1', revenue: 19.99, currency: 'EUR', products: [{ product_id: 'p-1', quantity: 2 }] },
});
analytics.track({ anonymousId: 'visitor', event: 'Product Viewed', properties: { product_id: 'p-1' } });
analytics.track({ userId: 'c-1', event: 'Order Completed', properties: { revenue: 'much' } });
analytics.alias({ userId: 'c-1', previousId: 'c-0' });
await analytics.closeAndFlush();
