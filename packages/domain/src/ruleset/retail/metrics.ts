import type { MetricRule } from '../ruleset';
import { words } from './words';

export const metrics: Readonly<Record<string, MetricRule>> = {
  // Activity that halves every 90 days predicts later buying as well as the best probability models.
  activity: { count: 'order.completed', halfLife: 'P90D', label: words('Purchase activity', 'Mức độ mua hàng') },
  orders: { count: 'order.completed', label: words('Orders', 'Số đơn hàng') },
  products: {
    distinct: 'data.items.sku',
    of: 'order.completed',
    label: words('Different products', 'Số sản phẩm khác nhau'),
  },
  sinceOrder: { daysSinceLast: 'order.completed', label: words('Days since last order', 'Số ngày từ đơn hàng cuối') },

  // Any sign of interest that comes from the customer's side.
  contacts: {
    count: [
      'customer.signedUp',
      'preference.stated',
      'cart.productAdded',
      'checkout.started',
      'message.received',
      'call.received',
      'meeting.held',
      'visit.made',
      'email.clicked',
      'promotion.clicked',
      'event.attended',
      'community.joined',
      'survey.answered',
    ],
    label: words('Contacts', 'Số lần tiếp xúc'),
  },

  // Mailing and its echo, with one half-life so that they can be compared.
  mailings: {
    count: ['mail.sent', 'email.sent', 'promotion.offered'],
    halfLife: 'P60D',
    label: words('Recent mailings', 'Thư đã gửi gần đây'),
  },
  answers: {
    count: ['email.clicked', 'promotion.clicked', 'coupon.redeemed', 'message.received', 'order.completed'],
    halfLife: 'P60D',
    label: words('Recent answers', 'Phản hồi gần đây'),
  },

  openComplaints: { openComplaints: true, label: words('Open complaints', 'Khiếu nại đang mở') },
  sinceComplaint: {
    daysSinceLast: 'complaint.opened',
    label: words('Days since last complaint', 'Số ngày từ khiếu nại cuối'),
  },
  repliesDue: { openPromises: 'reply', label: words('Replies due', 'Tin nhắn đang chờ trả lời') },
  awaitingReply: { openPromises: 'answer', label: words('Messages without an answer', 'Tin nhắn chưa được trả lời') },
  sinceMessage: {
    daysSinceLast: 'message.received',
    label: words('Days since last message', 'Số ngày từ tin nhắn cuối'),
  },
};
