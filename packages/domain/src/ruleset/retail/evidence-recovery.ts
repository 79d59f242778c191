import type { EvidenceRule } from '../ruleset';
import { words } from './words';

/**
 * Complaints and recovery. Recovery lifts satisfaction at best slightly above where it stood, so what it can give
 * together stays close to what the complaint took. Accepting compensation gives no evidence by itself: its fairness
 * counts, once the customer says that the matter is settled, so it never raises a stage on its own.
 */
export const recoveryEvidence: readonly EvidenceRule[] = [
  {
    id: 'complained',
    on: 'complaint.opened',
    gives: { satisfaction: -2, trust: -0.8 },
    scale: { field: 'data.severity', map: { low: 0.5, medium: 1, high: 1.6, critical: 2 }, default: 1 },
    reason: words('Complained', 'Khiếu nại'),
  },
  // A second failure weighs more, and no recovery bonus follows it.
  {
    id: 'complained-again',
    on: 'complaint.opened',
    when: { field: 'case.priorCases', atLeast: 1 },
    gives: { satisfaction: -1, trust: -1 },
    reason: words('Complained again within a year', 'Khiếu nại lần nữa trong vòng một năm'),
  },
  {
    id: 'reopened',
    on: ['complaint.reopened', 'complaint.escalated'],
    gives: { satisfaction: -1, trust: -1, social: -0.3 },
    reason: words('The complaint came back or went higher', 'Khiếu nại được mở lại hoặc chuyển lên cấp trên'),
  },
  // Explanation, information and apology matter at least as much for loyalty as money does.
  {
    id: 'informed',
    on: 'complaint.updated',
    gives: { communication: 0.6, trust: 0.2 },
    atMost: { times: 2, within: 'P14D' },
    reason: words('Was kept informed about the complaint', 'Được thông báo về tiến độ khiếu nại'),
  },
  {
    id: 'apologised',
    on: 'apology.given',
    gives: { satisfaction: 0.3, trust: 0.3, communication: 0.3 },
    atMost: { times: 1, within: 'P30D' },
    reason: words('We apologised', 'Công ty xin lỗi'),
  },
  {
    id: 'fair',
    on: 'complaint.resolved',
    when: {
      all: [
        { field: 'data.outcome', is: 'satisfied' },
        { field: 'case.priorCases', below: 1 },
      ],
    },
    gives: { satisfaction: 1.6, trust: 0.4 },
    scale: {
      field: 'case.compensationRatio',
      curve: [
        [0, 0.5],
        [0.8, 1],
        [1.5, 1.1],
      ],
      default: 0.7,
    },
    reason: words('The complaint was settled fairly', 'Khiếu nại được giải quyết thỏa đáng'),
  },
  {
    id: 'fast',
    on: 'complaint.resolved',
    when: {
      all: [
        { field: 'data.outcome', is: 'satisfied' },
        { field: 'case.priorCases', below: 1 },
      ],
    },
    gives: { satisfaction: 0.4, trust: 0.2 },
    scale: {
      field: 'case.ageDays',
      curve: [
        [1, 1],
        [7, 0.3],
        [14, 0],
      ],
      default: 0,
    },
    reason: words('The complaint was settled fast', 'Khiếu nại được giải quyết nhanh'),
  },
  {
    id: 'settled-again',
    on: 'complaint.resolved',
    when: {
      all: [
        { field: 'data.outcome', is: 'satisfied' },
        { field: 'case.priorCases', atLeast: 1 },
      ],
    },
    gives: { satisfaction: 0.6 },
    reason: words('A repeated failure was settled', 'Sự cố lặp lại đã được giải quyết'),
  },
  {
    id: 'left-unsatisfied',
    on: 'complaint.resolved',
    when: { field: 'data.outcome', is: 'unsatisfied' },
    gives: { satisfaction: -1.2, trust: -0.8 },
    reason: words('The complaint was closed against their will', 'Khiếu nại kết thúc mà khách hàng không hài lòng'),
  },
  {
    id: 'compensation-rejected',
    on: 'compensation.rejected',
    gives: { satisfaction: -0.5, trust: -0.3 },
    atMost: { times: 1, within: 'P30D' },
    reason: words('Refused the compensation', 'Từ chối bồi thường'),
  },
];
