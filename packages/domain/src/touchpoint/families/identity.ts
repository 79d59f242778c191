import { data } from '../data-codec';
import { id, instant, number, person, positive, text } from '../field';
import { money } from '../money';
import { family } from '../touchpoint-type';

const channel = text('where');
const reason = text('why');

export const consentAndIdentity = family('consent and identity', 'none', [
  [
    'consent.granted',
    'The customer agreed to a use of their data.',
    data({ proof: text('where the agreement can be seen'), channel }, { purpose: id('what for, such as marketing') }),
  ],
  [
    'consent.revoked',
    'The customer took an agreement back.',
    data({ channel, reason }, { purpose: id('what for, such as marketing') }),
  ],
  [
    'customer.merged',
    'This customer turned out to be another one: the history joins the survivor’s.',
    data({ reason }, { into: person('the customer who survives') }),
  ],
  [
    'customer.unmerged',
    'The merge was a mistake: the history is separate again.',
    data({ from: person('the customer who survived'), reason }),
  ],
  ['customer.erased', 'The customer’s personal data was erased at their wish.', data({ reason })],
]);

export const internalMarketing = family(
  'staff (internal marketing)',
  'none',
  [
    [
      'staff.trained',
      'A member of staff learnt something.',
      data({ skill: text('what'), hours: positive('how long') }),
    ],
    [
      'staff.surveyed',
      'A member of staff was asked how they feel about work.',
      data({ engagement: number('engagement score'), scale: positive('highest score') }),
    ],
    [
      'staff.empowered',
      'A member of staff may decide more alone.',
      data({ limit: money('up to which amount'), scope: text('about what') }),
    ],
    [
      'staff.assigned',
      'A member of staff took over a customer.',
      data({ customer: person('which'), until: instant('how long') }),
    ],
    ['staff.changed', 'A member of staff changed places.', data({ from: text('before'), to: text('now'), reason })],
  ],
  'staff',
);
