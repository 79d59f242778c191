import { data } from '../data-codec';
import { flag, id, instant, list, number, object, oneOfOrNumber, positive, text } from '../field';
import { money, moneyBack, signedMoney } from '../money';
import { family } from '../touchpoint-type';

const orderId = id('the order');
const serviceId = id('the service');
const channel = text('phone, mail, chat, counter, …');
const topic = text('what it was about');
const reason = text('why');
const place = text('where');
const durationSeconds = positive('how long it took');

/** How bad a failure or complaint is. Rules scale by the word or by the number. */
export const severity = oneOfOrNumber(['low', 'medium', 'high', 'critical'], 'how bad it is');

const items = list('what was ordered', {
  sku: id('product ordered'),
  name: text('its name'),
  category: text('its category'),
  quantity: number('how many; below 0 for what was taken back'),
  price: signedMoney('price of one'),
});

const contract = {
  contractId: id('the contract'),
  value: money('what it is worth'),
  startsAt: instant('first day'),
  endsAt: instant('last day'),
};

export const personalContact = family('personal contact', 'crm', [
  ['message.received', 'The customer wrote to the company.', data({ channel, topic, messageId: id('the message') })],
  [
    'message.sent',
    'The company wrote to the customer personally.',
    data({ channel, topic, inReplyTo: id('message it answers'), messageId: id('the message') }),
  ],
  ['call.received', 'The customer called.', data({ topic, durationSeconds, outcome: text('how the call ended') })],
  ['meeting.held', 'The customer and staff met.', data({ topic, place, durationSeconds })],
  ['visit.made', 'A visit took place, by the customer or at theirs.', data({ place, topic, durationSeconds })],
  ['visit.branch', 'The customer came to a branch.', data({ place, branch: id('the branch'), topic })],
  [
    'quote.sent',
    'The customer was sent an offer with a price.',
    data({ quoteId: id('the quote'), total: money('price offered'), validUntil: instant('end of the offer') }),
  ],
  ['contract.signed', 'The customer signed a contract.', data(contract)],
  ['contract.renewed', 'The customer went on with a contract.', data(contract)],
  ['contract.ended', 'A contract came to its end.', data({ ...contract, reason })],
]);

export const coreService = family('core service and purchase', 'none', [
  [
    'order.completed',
    'The customer bought.',
    data({
      orderId,
      total: money('what the customer pays'),
      items,
      promisedAt: instant('latest delivery that was promised'),
      channel,
      coupon: text('coupon used'),
      discount: money('taken off the price'),
      shipping: money('for delivery'),
      tax: money('tax in the total'),
    }),
  ],
  [
    'order.delivered',
    'The order reached the customer.',
    data({ orderId, carrier: text('who brought it'), promisedAt: instant('latest delivery that was promised') }),
  ],
  [
    'order.cancelled',
    'An order was called off.',
    data({ orderId, by: text('customer, company or another'), reason, total: moneyBack('value called off'), items }),
  ],
  [
    'order.refunded',
    'Money for an order was given back.',
    data({
      orderId,
      total: moneyBack('what was given back'),
      caseId: id('complaint it settles'),
      reason,
      items,
    }),
  ],
  ['payment.failed', 'A payment did not go through.', data({ orderId, total: money('what was to be paid'), reason })],
  [
    'service.delivered',
    'A service was rendered.',
    data({ serviceId, onTime: flag('whether when promised'), durationSeconds }),
  ],
  ['service.failed', 'A service went wrong.', data({ serviceId, severity, reason })],
]);

export const addedService = family('customization, augmentation, pricing', 'none', [
  [
    'service.customized',
    'A service was made to measure.',
    data({ serviceId, attributes: object('what was adapted, by name') }),
  ],
  ['service.augmented', 'The customer got something extra.', data({ serviceId, extra: text('what it was') })],
  [
    'price.granted',
    'The customer got a price of their own.',
    data({ tier: text('price tier'), discount: money('taken off the price'), productId: id('product it holds for') }),
  ],
  [
    'price.increased',
    'A price the customer pays went up.',
    data({ percent: positive('by how much, in percent'), productId: id('product it holds for'), reason }),
  ],
  ['recognition.given', 'The customer was recognised.', data({ kind: text('thanks, anniversary, status, …'), reason })],
  ['loyaltyTier.changed', 'The loyalty tier changed.', data({ from: text('tier before'), to: text('tier now') })],
  [
    'points.earned',
    'The customer earned loyalty points.',
    data({ points: positive('how many'), balance: number('points after it'), orderId, reason }),
  ],
  [
    'points.redeemed',
    'The customer spent loyalty points.',
    data({ points: positive('how many'), balance: number('points after it'), orderId, reward: text('for what') }),
  ],
]);
