import { data } from '../data-codec';
import { flag, id, number, positive, scalar, text } from '../field';
import { money } from '../money';
import { family } from '../touchpoint-type';

const campaignId = id('campaign it belongs to');
const pieceId = id('the single piece of mail');
const messageId = id('the single e-mail');
const promotionId = id('the promotion');
const productId = id('product offered');
const crossSell = {
  productId,
  rank: positive('place among the candidates, from 1'),
  model: text('what ranked the candidates'),
};

export const directMail = family('direct mail and telemarketing', 'direct-mail', [
  [
    'mail.sent',
    'A piece of mail went out to the customer.',
    data({ campaignId, pieceId, cost: money('what the piece cost') }),
  ],
  ['mail.opened', 'The customer opened a piece of mail.', data({ campaignId, pieceId })],
  [
    'mail.clicked',
    'The customer followed a link or a printed code of a piece of mail.',
    data({ campaignId, pieceId, linkId: id('link or code followed') }),
  ],
  [
    'mail.returned',
    'A piece of mail came back.',
    data({ campaignId, pieceId, reason: text('why it could not be delivered') }),
  ],
  [
    'email.sent',
    'An e-mail went out to the customer.',
    data({ campaignId, messageId, cost: money('what sending cost') }),
  ],
  ['email.delivered', 'An e-mail reached the mailbox.', data({ campaignId, messageId })],
  ['email.opened', 'The customer opened an e-mail.', data({ campaignId, messageId })],
  [
    'email.clicked',
    'The customer followed a link of an e-mail.',
    data({ campaignId, messageId, linkId: id('link followed') }),
  ],
  [
    'email.bounced',
    'An e-mail could not be delivered.',
    data({ campaignId, messageId, kind: text('hard, soft or the provider’s own word') }),
  ],
  ['email.spamReported', 'The customer marked an e-mail as spam.', data({ campaignId, messageId })],
  [
    'call.made',
    'A member of staff called the customer.',
    data({
      campaignId,
      durationSeconds: positive('length of the call'),
      outcome: text('how the call ended'),
      topic: text('what it was about'),
    }),
  ],
]);

export const directMarketing = family('direct marketing', 'direct-marketing', [
  [
    'promotion.offered',
    'The customer was shown a promotion.',
    data({ promotionId, campaignId, cost: money('what the offer cost') }),
  ],
  ['promotion.clicked', 'The customer followed a promotion.', data({ promotionId, campaignId })],
  [
    'coupon.redeemed',
    'The customer used a coupon.',
    data({
      couponId: id('the coupon'),
      campaignId,
      orderId: id('order it was used on'),
      discount: money('what it took off the price'),
    }),
  ],
  ['crossSell.offered', 'The customer was offered another product.', data(crossSell)],
  [
    'crossSell.accepted',
    'The customer took a product that was offered.',
    data({ ...crossSell, orderId: id('order it was bought with') }),
  ],
  [
    'crossSell.declined',
    'The customer declined a product that was offered.',
    data({ ...crossSell, reason: text('why') }),
  ],
]);

const product = {
  productId: id('product'),
  sku: id('stock keeping unit'),
  category: text('category of the product'),
  price: money('price of one'),
};

export const databaseMarketing = family('database marketing', 'database', [
  [
    'prospect.identified',
    'Someone who may become a customer became known.',
    data({ channel: text('how they became known'), campaignId }),
  ],
  ['customer.signedUp', 'The customer opened an account.', data({ channel: text('where'), plan: text('plan chosen') })],
  [
    'preference.stated',
    'The customer said what they like or want.',
    data({ topic: text('what it is about'), value: scalar('what they said'), channel: text('where they said it') }),
  ],
  ['product.viewed', 'The customer looked at a product.', data(product)],
  [
    'cart.productAdded',
    'The customer put a product into the cart.',
    data({ ...product, cartId: id('cart'), quantity: number('how many') }),
  ],
  [
    'checkout.started',
    'The customer began to pay.',
    data({
      orderId: id('order to be'),
      cartId: id('cart'),
      total: money('value of the cart'),
      guest: flag('without account'),
    }),
  ],
]);
