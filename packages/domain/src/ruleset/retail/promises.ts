import type { PromiseRule } from '../ruleset';
import { words } from './words';

/**
 * What is owed. Being answered in time matters at least as much for loyalty as compensation; late delivery is felt at
 * once and steeply (bad reviews: 9 % on time, 27 % at one to three days late, 65 % at four to seven).
 */
export const promises: readonly PromiseRule[] = [
  {
    id: 'acknowledge',
    made: 'complaint.opened',
    key: 'data.caseId',
    within: 'P1D',
    kept: ['complaint.acknowledged', 'complaint.resolved'],
    released: 'complaint.withdrawn',
    whenKept: { communication: 1, trust: 0.3 },
    whenBroken: { communication: -1.5, trust: -0.5 },
    label: words('Complaint acknowledged within a day', 'Xác nhận khiếu nại trong một ngày'),
    reason: {
      kept: words('The complaint was acknowledged within a day', 'Khiếu nại được xác nhận trong vòng một ngày'),
      broken: words(
        'Nobody acknowledged the complaint within a day',
        'Không ai xác nhận khiếu nại trong vòng một ngày',
      ),
    },
  },
  {
    id: 'resolve',
    made: 'complaint.opened',
    key: 'data.caseId',
    within: 'P7D',
    kept: 'complaint.resolved',
    released: 'complaint.withdrawn',
    whenKept: { trust: 0.3 },
    whenBroken: { trust: -1, satisfaction: -0.5 },
    label: words('Complaint resolved within seven days', 'Giải quyết khiếu nại trong bảy ngày'),
    reason: {
      kept: words('The complaint was resolved within seven days', 'Khiếu nại được giải quyết trong vòng bảy ngày'),
      broken: words('The complaint was still open after seven days', 'Sau bảy ngày khiếu nại vẫn chưa được giải quyết'),
    },
  },
  // To be left without any end to it is worse than an end one does not like.
  {
    id: 'settle',
    made: 'complaint.opened',
    key: 'data.caseId',
    within: 'P28D',
    kept: 'complaint.resolved',
    released: 'complaint.withdrawn',
    whenBroken: { trust: -0.8, satisfaction: -1.4 },
    label: words('Complaint brought to an end within four weeks', 'Khiếu nại có kết quả trong bốn tuần'),
    reason: {
      broken: words('Four weeks later the complaint had no end', 'Sau bốn tuần khiếu nại vẫn không có kết quả'),
    },
  },
  {
    id: 'reply',
    made: 'message.received',
    // Several messages in a row want one answer.
    madeWhen: { field: 'metric.repliesDue', below: 1 },
    within: 'PT24H',
    kept: ['message.sent', 'call.made', 'meeting.held'],
    whenKept: { communication: 0.6 },
    whenBroken: { communication: -0.9, trust: -0.2 },
    label: words('Message answered within 24 hours', 'Trả lời tin nhắn trong 24 giờ'),
    reason: {
      kept: words('The message was answered within 24 hours', 'Tin nhắn được trả lời trong vòng 24 giờ'),
      broken: words('The message got no answer within 24 hours', 'Tin nhắn không được trả lời trong vòng 24 giờ'),
    },
  },
  // A broken promise is no longer open. This one stays open, so that an overdue answer can be seen and given.
  {
    id: 'answer',
    made: 'message.received',
    madeWhen: { field: 'metric.awaitingReply', below: 1 },
    within: 'P30D',
    kept: ['message.sent', 'call.made', 'meeting.held'],
    label: words('Message answered at all', 'Tin nhắn được trả lời'),
  },
  {
    id: 'deliver',
    made: 'order.completed',
    key: 'data.orderId',
    by: 'data.promisedAt',
    kept: 'order.delivered',
    released: 'order.cancelled',
    whenKept: { satisfaction: 0.4, trust: 0.3 },
    whenBroken: { satisfaction: -2, trust: -1 },
    label: words('Delivery by the promised date', 'Giao hàng đúng hẹn'),
    reason: {
      kept: words('The order was delivered by the promised date', 'Đơn hàng được giao đúng hẹn'),
      broken: words('The order was not there on the promised date', 'Đến ngày hẹn đơn hàng vẫn chưa được giao'),
    },
  },
];
