import type { CrossSellRule, SignalRule } from '../ruleset';
import { words } from './words';

/** Facts for marketing systems. Every one is cleared well below what raises it. */
export const signals: readonly SignalRule[] = [
  {
    id: 'at-risk',
    raise: {
      any: [
        { factor: 'satisfaction', below: 35 },
        { factor: 'trust', below: 35 },
        {
          all: [
            { metric: 'orders', atLeast: 2 },
            { metric: 'sinceOrder', above: 90, atMost: 180 },
          ],
        },
      ],
    },
    clear: {
      all: [
        { factor: 'satisfaction', atLeast: 42 },
        { factor: 'trust', atLeast: 42 },
        {
          any: [
            { metric: 'orders', below: 2 },
            { metric: 'sinceOrder', below: 60 },
            { metric: 'sinceOrder', above: 180 },
          ],
        },
      ],
    },
    label: words('At risk', 'Có nguy cơ rời bỏ'),
  },
  {
    id: 'dormant',
    raise: {
      all: [
        { metric: 'orders', atLeast: 1 },
        { metric: 'sinceOrder', above: 180 },
      ],
    },
    clear: { metric: 'sinceOrder', below: 30 },
    label: words('Dormant', 'Ngừng mua hàng'),
  },
  {
    id: 'promise-overdue',
    raise: {
      any: [
        {
          all: [
            { metric: 'openComplaints', atLeast: 1 },
            { metric: 'sinceComplaint', above: 7 },
          ],
        },
        {
          all: [
            { metric: 'awaitingReply', atLeast: 1 },
            { metric: 'sinceMessage', above: 1 },
          ],
        },
      ],
    },
    clear: {
      all: [
        { metric: 'openComplaints', below: 1 },
        { metric: 'awaitingReply', below: 1 },
      ],
    },
    label: words('Promise overdue', 'Quá hạn cam kết'),
  },
  {
    id: 'cross-sell-ready',
    raise: {
      all: [
        { consent: 'marketing' },
        { metric: 'openComplaints', below: 1 },
        { metric: 'activity', atLeast: 1 },
        { factor: 'satisfaction', atLeast: 48 },
        { factor: 'trust', atLeast: 48 },
      ],
    },
    clear: {
      any: [
        { not: { consent: 'marketing' } },
        { metric: 'openComplaints', atLeast: 1 },
        { metric: 'activity', below: 0.8 },
        { factor: 'satisfaction', below: 42 },
        { factor: 'trust', below: 42 },
      ],
    },
    label: words('Ready for cross-selling', 'Sẵn sàng mua thêm'),
  },
  // An order after which activity is hardly above one follows an absence of half a year or more.
  {
    id: 'won-back',
    raise: {
      all: [
        { metric: 'orders', atLeast: 2 },
        { metric: 'sinceOrder', below: 1 },
        { metric: 'activity', below: 1.25 },
      ],
    },
    clear: {
      any: [
        { metric: 'sinceOrder', above: 60 },
        { metric: 'activity', atLeast: 2 },
      ],
    },
    label: words('Won back', 'Đã quay lại'),
  },
];

/**
 * Candidates are for staff and the shop's own pages as well as for mailings, so showing them needs no consent to
 * marketing (the signal `cross-sell-ready` does). Nothing is offered over an open complaint or to someone at odds.
 */
export const crossSell: CrossSellRule = {
  when: {
    all: [
      { metric: 'openComplaints', below: 1 },
      { factor: 'satisfaction', atLeast: 38 },
      { factor: 'trust', atLeast: 38 },
    ],
  },
};
