import { data } from '../data-codec';
import { id, instant, oneOf, text } from '../field';
import { money } from '../money';
import { family } from '../touchpoint-type';
import { severity } from './service';

const caseId = id('the complaint');
const ofCase = { caseId };
const category = text('what it is about');
const channel = text('phone, mail, chat, counter, …');
const reason = text('why');
/** A compensation without a case is a credit given on its own. */
const compensation = {
  caseId: id('complaint it is for; without one it is a credit'),
  amount: money('what it is worth'),
  kind: text('refund, voucher, replacement, …'),
  orderId: id('order it is for'),
};

export const recovery = family('complaint and recovery', 'none', [
  [
    'complaint.opened',
    'The customer complained.',
    data(
      {
        severity,
        loss: money('what the failure cost the customer'),
        category,
        channel,
        orderId: id('order it is about'),
      },
      ofCase,
    ),
  ],
  ['complaint.acknowledged', 'The customer received a confirmation of the complaint.', data({ channel }, ofCase)],
  [
    'complaint.updated',
    'The customer received an update on the complaint.',
    data({ channel, text: text('what was said'), dueAt: instant('when the next word was promised') }, ofCase),
  ],
  ['apology.given', 'The company apologised.', data({ ...ofCase, channel })],
  ['compensation.offered', 'The customer was offered compensation.', data(compensation)],
  ['compensation.accepted', 'The customer took the compensation.', data(compensation)],
  ['compensation.rejected', 'The customer refused the compensation.', data({ ...compensation, reason })],
  [
    'complaint.resolved',
    'The complaint was settled.',
    data(
      {
        outcome: oneOf(['satisfied', 'unsatisfied', 'unknown'], 'how the customer left it'),
        category,
        resolution: text('what was done'),
      },
      ofCase,
    ),
  ],
  ['complaint.withdrawn', 'The customer took the complaint back.', data({ reason }, ofCase)],
  ['complaint.reopened', 'The customer complained again about the same.', data({ severity, reason }, ofCase)],
  [
    'complaint.escalated',
    'The complaint went to someone higher or outside.',
    data({ to: text('to whom'), severity, reason }, ofCase),
  ],
]);
