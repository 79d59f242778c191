import type { EvidenceRule } from '../ruleset';
import { words } from './words';

/** Mailing. A customer who answered before answers again; mailing one who never answers wears out (9 % to 4.5 % in six). */
const mailing: readonly EvidenceRule[] = [
  {
    id: 'clicked',
    on: ['email.clicked', 'promotion.clicked'],
    gives: { communication: 0.4 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Followed a mailing', 'Bấm vào thư quảng cáo'),
  },
  {
    id: 'coupon-redeemed',
    on: 'coupon.redeemed',
    gives: { communication: 0.4, value: 0.2 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Redeemed a coupon', 'Dùng phiếu giảm giá'),
  },
  {
    id: 'mailed-in-vain',
    on: ['mail.sent', 'email.sent', 'promotion.offered'],
    when: {
      all: [
        { field: 'metric.mailings', atLeast: 3 },
        { field: 'metric.answers', below: 0.5 },
      ],
    },
    gives: { communication: -0.3 },
    scale: {
      field: 'metric.mailings',
      curve: [
        [3, 0.5],
        [6, 1],
      ],
    },
    atMost: { times: 3, within: 'P30D' },
    reason: words('Was mailed again without ever answering', 'Tiếp tục bị gửi thư dù không phản hồi'),
  },
  {
    id: 'reported-spam',
    on: 'email.spamReported',
    gives: { communication: -2, trust: -0.5, social: -0.5 },
    reason: words('Reported our mail as spam', 'Báo thư của công ty là thư rác'),
  },
  {
    id: 'unsubscribed',
    on: 'consent.revoked',
    when: { field: 'data.purpose', is: 'marketing' },
    gives: { communication: -1 },
    reason: words('Took back the consent to marketing', 'Rút lại đồng ý nhận tiếp thị'),
  },
  {
    id: 'subscribed',
    on: 'consent.granted',
    when: { field: 'data.purpose', is: 'marketing' },
    gives: { communication: 0.5, trust: 0.2 },
    atMost: { times: 1, within: 'P365D' },
    reason: words('Agreed to marketing', 'Đồng ý nhận tiếp thị'),
  },
];

/** Personal contact: a relationship is stronger with a person than with a firm. */
const personal: readonly EvidenceRule[] = [
  {
    id: 'met',
    on: ['meeting.held', 'visit.made'],
    gives: { social: 0.8, communication: 0.5, trust: 0.2 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Met our staff', 'Gặp gỡ nhân viên'),
  },
  {
    id: 'talked',
    on: ['call.received', 'call.made'],
    when: { field: 'staff', exists: true },
    gives: { communication: 0.3, social: 0.2 },
    atMost: { times: 3, within: 'P30D' },
    reason: words('Talked with our staff', 'Trao đổi với nhân viên'),
  },
  {
    id: 'told-preference',
    on: 'preference.stated',
    gives: { communication: 0.5 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Told us what they like', 'Cho biết sở thích'),
  },
];

/** The social bond. */
const bond: readonly EvidenceRule[] = [
  {
    id: 'referred',
    on: 'referral.made',
    gives: { social: 1.5, trust: 0.6 },
    atMost: { times: 3, within: 'P90D' },
    reason: words('Recommended us to someone', 'Giới thiệu công ty cho người khác'),
  },
  {
    id: 'took-part',
    on: ['event.attended', 'community.joined', 'focusGroup.attended'],
    gives: { social: 1, communication: 0.2 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Took part in an event or community', 'Tham gia sự kiện hoặc cộng đồng'),
  },
  {
    id: 'exchanged',
    on: ['greeting.answered', 'gift.received', 'social.exchanged'],
    gives: { social: 0.6 },
    atMost: { times: 2, within: 'P30D' },
    reason: words('Exchanged greetings or a gift', 'Trao đổi lời chúc hoặc quà tặng'),
  },
];

export const contactEvidence: readonly EvidenceRule[] = [...mailing, ...personal, ...bond];
