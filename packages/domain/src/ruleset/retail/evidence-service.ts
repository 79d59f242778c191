import type { EvidenceRule } from '../ruleset';
import { words } from './words';

/** Buying. Silence is not satisfaction: an order says something about trust and value, not about being content. */
const buying: readonly EvidenceRule[] = [
  {
    id: 'bought',
    on: 'order.completed',
    gives: { value: 0.3, trust: 0.25 },
    reason: words('Bought', 'Mua hàng'),
  },
  // A return is not churn: customers who send goods back buy again more often.
  {
    id: 'returned',
    on: 'order.refunded',
    gives: { value: -0.15 },
    atMost: { times: 2, within: 'P90D' },
    reason: words('Sent goods back', 'Trả lại hàng'),
  },
  {
    id: 'cancelled-by-us',
    on: 'order.cancelled',
    when: { field: 'data.by', in: ['company', 'merchant', 'seller'] },
    gives: { trust: -0.8, satisfaction: -0.8 },
    reason: words('We cancelled the order', 'Công ty hủy đơn hàng'),
  },
  {
    id: 'contract',
    on: ['contract.signed', 'contract.renewed'],
    gives: { trust: 0.8, value: 0.5 },
    reason: words('Signed or renewed a contract', 'Ký hoặc gia hạn hợp đồng'),
  },
  {
    id: 'contract-ended',
    on: 'contract.ended',
    gives: { value: -1, trust: -0.5 },
    reason: words('The contract ended', 'Hợp đồng kết thúc'),
  },
];

/** The core service, made to measure, and its price. */
const service: readonly EvidenceRule[] = [
  {
    id: 'served',
    on: 'service.delivered',
    when: { not: { field: 'data.onTime', is: false } },
    gives: { satisfaction: 0.3, value: 0.2 },
    reason: words('The service was delivered as agreed', 'Dịch vụ được cung cấp đúng như thỏa thuận'),
  },
  {
    id: 'served-late',
    on: 'service.delivered',
    when: { field: 'data.onTime', is: false },
    gives: { satisfaction: -1, trust: -0.4 },
    reason: words('The service came late', 'Dịch vụ bị chậm trễ'),
  },
  {
    id: 'failed',
    on: 'service.failed',
    gives: { satisfaction: -1.5, trust: -0.7 },
    scale: { field: 'data.severity', map: { low: 0.5, medium: 1, high: 1.6, critical: 2 }, default: 1 },
    reason: words('The service failed', 'Dịch vụ gặp sự cố'),
  },
  {
    id: 'made-to-measure',
    on: ['service.customized', 'service.augmented'],
    gives: { value: 0.6, social: 0.2 },
    atMost: { times: 3, within: 'P90D' },
    reason: words('Got something made to measure or extra', 'Được phục vụ riêng hoặc thêm quyền lợi'),
  },
  {
    id: 'price-granted',
    on: 'price.granted',
    gives: { value: 0.6 },
    atMost: { times: 2, within: 'P90D' },
    reason: words('Got a price of their own', 'Được hưởng giá riêng'),
  },
  {
    id: 'price-increased',
    on: 'price.increased',
    gives: { value: -0.5 },
    scale: {
      field: 'data.percent',
      curve: [
        [0, 0],
        [5, 1],
        [20, 3],
      ],
      default: 1,
    },
    reason: words('The price went up', 'Giá tăng'),
  },
  {
    id: 'recognised',
    on: ['recognition.given', 'points.redeemed'],
    gives: { value: 0.3, social: 0.4 },
    atMost: { times: 2, within: 'P90D' },
    reason: words('Was recognised or rewarded', 'Được ghi nhận hoặc tặng thưởng'),
  },
];

export const serviceEvidence: readonly EvidenceRule[] = [...buying, ...service];
